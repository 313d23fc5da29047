namespace Turnpike.Kernel.Storage;

/// <summary>A work on the writer's thread and connection.</summary>
internal sealed class SqliteWork(SqliteConnection connection, WorkQueue queue) : Work(queue)
{
    private readonly SqliteReads _reads = new(connection, "work");

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args)
        where T : default => _reads.First(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadListAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args) =>
        _reads.List(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadManyAsync<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map) =>
        _reads.Many(sql, keys, map);

    /// <summary>From here on every use throws.</summary>
    public void End() => _reads.End();

    private protected override void RequireActive() => _reads.RequireActive();
}
