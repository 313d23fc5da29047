namespace Turnpike.Kernel.Storage;

/// <summary>Reads on a connection for as long as a work or a snapshot lives, and on its thread only.</summary>
internal sealed class SqliteReads(SqliteConnection connection, string owner)
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _ended;

    public ValueTask<T?> First<T>(string sql, Func<SqlRow, T> map, ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        return new(connection.First(sql, map, args));
    }

    public ValueTask<IReadOnlyList<T>> List<T>(string sql, Func<SqlRow, T> map, ReadOnlySpan<SqlValue> args)
    {
        RequireActive();
        var rows = new List<T>();
        connection.List(sql, map, args, rows);
        return new(rows);
    }

    public ValueTask<IReadOnlyList<T>> Many<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map)
    {
        RequireActive();
        var rows = new List<T>(keys.Count);
        foreach (var key in keys) connection.List(sql, map, key, rows);
        return new(rows);
    }

    public void End() => _ended = true;

    /// <exception cref="InvalidOperationException">
    /// The work or snapshot has ended, or goes on elsewhere after awaiting something else.
    /// </exception>
    public void RequireActive()
    {
        if (_ended || Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException(
                $"A {owner} is used after its end, or from another thread; it may await nothing but its own reads.");
    }
}
