using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Storage;

/// <summary>A write that waits for its work to return. Its values lie in the queue's list; rows of a bulk insert in its own.</summary>
internal readonly record struct QueuedWrite(
    string Sql, int ArgStart, int ArgCount, string[]? Columns, IReadOnlyList<SqlValue[]>? Rows,
    (Constraint Constraint, ProtocolError Error) Violates, (Constraint Constraint, ProtocolError Error)[]? ViolatesOneOf);

/// <summary>An event that waits for its work to return.</summary>
internal readonly record struct QueuedEvent(string Topic, string Type, int Version, byte[] Payload);

/// <summary>What a work has queued. SQLite's writer uses one for all its works; where works run side by side each has its own.</summary>
internal sealed class WorkQueue
{
    private readonly List<QueuedWrite> _writes = [];
    private readonly List<SqlValue> _args = [];
    private readonly List<QueuedEvent> _events = [];

    public bool IsEmpty => _writes.Count == 0 && _events.Count == 0;

    public ReadOnlySpan<QueuedWrite> Writes => CollectionsMarshal.AsSpan(_writes);

    public ReadOnlySpan<QueuedEvent> Events => CollectionsMarshal.AsSpan(_events);

    public ReadOnlySpan<SqlValue> Args(in QueuedWrite write) =>
        CollectionsMarshal.AsSpan(_args).Slice(write.ArgStart, write.ArgCount);

    public void Add(string sql, (Constraint, ProtocolError) violates, (Constraint, ProtocolError)[]? oneOf, ReadOnlySpan<SqlValue> args)
    {
        _writes.Add(new(sql, _args.Count, args.Length, null, null, violates, oneOf));
        _args.AddRange(args);
    }

    public void AddRows(string table, string[] columns, IReadOnlyList<SqlValue[]> rows, (Constraint, ProtocolError) violates) =>
        _writes.Add(new(table, 0, 0, columns, rows, violates, null));

    public void AddEvent(QueuedEvent @event) => _events.Add(@event);

    /// <summary>Forgets all, and keeps the room.</summary>
    public void Clear()
    {
        _writes.Clear();
        _args.Clear();
        _events.Clear();
    }
}
