namespace Turnpike.Kernel.Storage;

/// <summary>A work in its transaction on PostgreSQL.</summary>
internal sealed class PostgresWork(PostgresReads reads, WorkQueue queue) : Work(queue)
{
    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args)
        where T : default => reads.First(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadListAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args) =>
        reads.List(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadManyAsync<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map) =>
        reads.Many(sql, keys, map);

    private protected override void RequireActive() => reads.RequireActive();
}
