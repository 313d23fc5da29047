using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>A read transaction on PostgreSQL.</summary>
/// <param name="reads">Does the reads.</param>
/// <param name="settled">The feed's head as it was before the transaction began: the snapshot contains all up to it.</param>
internal sealed class PostgresSnapshot(PostgresReads reads, long settled) : Snapshot
{
    // Positions that follow each other have the same distance from their rank. One run more than a cursor may have tells that it is one.
    private const string Beyond = """
        SELECT min(position), max(position)
        FROM (SELECT position, position - row_number() OVER (ORDER BY position) AS run FROM event WHERE position > $1) AS beyond
        GROUP BY run ORDER BY 1 LIMIT 258
        """;

    private const string Newest = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM event_position";

    public override SqlDialect Dialect => SqlDialect.Postgres;

    public override async ValueTask<StatePoint> PointAsync() =>
        new(settled, await reads.List(Beyond, static row => new Run(row.Int64(0), row.Int64(1)), [settled]));

    internal override ValueTask<long> NewestAsync() => reads.First(Newest, static row => row.Int64(0), []);

    public override ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args)
        where T : default => reads.First(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadListAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args) =>
        reads.List(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadManyAsync<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map) =>
        reads.Many(sql, keys, map);
}
