using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>A read transaction on one of the readers' connections.</summary>
internal sealed class SqliteSnapshot(SqliteConnection connection, long head) : Snapshot
{
    private readonly SqliteReads _reads = new(connection, "snapshot");

    public override SqlDialect Dialect => SqlDialect.Sqlite;

    public override ValueTask<StatePoint> PointAsync() => new(new StatePoint(head));

    internal override ValueTask<long> NewestAsync() => new(head);

    public override ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args)
        where T : default => _reads.First(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadListAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args) =>
        _reads.List(sql, map, args);

    public override ValueTask<IReadOnlyList<T>> ReadManyAsync<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map) =>
        _reads.Many(sql, keys, map);

    /// <summary>From here on every use throws.</summary>
    public void End() => _reads.End();
}
