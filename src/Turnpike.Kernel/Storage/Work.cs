using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// A work in its transaction: read, decide, write, append. Reads are awaited; writes and events are queued and leave when the work has
/// returned a value. A work that returns an error leaves nothing. It may be run again, so it has no effect but through this object.
/// </summary>
/// <remarks>
/// Not to be used after the work has returned, nor from another thread: both throw <see cref="InvalidOperationException"/>.
/// </remarks>
public abstract class Work : Reads
{
    private readonly WorkQueue _queue;

    private protected Work(WorkQueue queue) => _queue = queue;

    /// <summary>Queues an INSERT, UPDATE or DELETE that violates no constraint; if it does, that is a bug and an exception.</summary>
    /// <param name="sql">One statement with <c>$1, $2, …</c>; a constant text. No effect may hang on how many rows it touches.</param>
    /// <param name="args">The values of <c>$1, $2, …</c>.</param>
    public void Write(string sql, params ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        _queue.Add(sql, default, null, args);
    }

    /// <summary>Queues a write that may violate a constraint; then the work as a whole is undone, and answered with the error.</summary>
    /// <inheritdoc cref="Write(string, ReadOnlySpan{SqlValue})"/>
    /// <param name="sql"></param>
    /// <param name="violates">The constraint, and what its violation means to the other side.</param>
    /// <param name="args"></param>
    public void Write(string sql, (Constraint Constraint, ProtocolError Error) violates, params ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        _queue.Add(sql, violates, null, args);
    }

    /// <summary>Queues a write that may violate one of several constraints.</summary>
    /// <inheritdoc cref="Write(string, ValueTuple{Constraint, ProtocolError}, ReadOnlySpan{SqlValue})"/>
    public void Write(string sql, (Constraint Constraint, ProtocolError Error)[] violates, params ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        _queue.Add(sql, default, violates, args);
    }

    /// <summary>Queues the insertion of many rows, in one statement where there are round trips.</summary>
    /// <param name="table">The table; a constant.</param>
    /// <param name="columns">The columns; a static array, as the statement made of it is kept.</param>
    /// <param name="rows">The rows, each with a value for each column; not copied.</param>
    /// <param name="violates">A constraint that a row may violate, and what that means to the other side.</param>
    public void WriteMany(string table, string[] columns, IReadOnlyList<SqlValue[]> rows,
        (Constraint Constraint, ProtocolError Error)? violates = null)
    {
        RequireActive();
        if (rows.Any(r => r.Length != columns.Length))
            throw new ArgumentException($"Each row of {table} needs {columns.Length} values.", nameof(rows));
        if (rows.Count > 0) _queue.AddRows(table, columns, rows, violates.GetValueOrDefault());
    }

    /// <summary>Queues an event: it is a row of the commit, and reaches every subscriber after it.</summary>
    /// <param name="topic">Whom it concerns: <c>protocol/kind/id</c>; also chooses how long it is kept.</param>
    /// <param name="event">What happened.</param>
    /// <param name="json">From the protocol's source-generated context.</param>
    /// <typeparam name="T">Its name and version are stored with it, so that it outlives this version of the program.</typeparam>
    public void Append<T>(string topic, T @event, JsonTypeInfo<T> json) where T : IEvent
    {
        RequireActive();
        _queue.AddEvent(new(topic, T.EventType, T.EventVersion, JsonSerializer.SerializeToUtf8Bytes(@event, json)));
    }

    private protected abstract void RequireActive();
}
