using Npgsql;
using NpgsqlTypes;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>
/// The feed's statements, on its own connection. Each is a transaction of its own and sees what is committed when it begins.
/// </summary>
internal sealed class PostgresEventReader : IAsyncDisposable
{
    /// <summary>Events read at a time.</summary>
    public const int Page = 2000;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    private const string Settings = "SET default_transaction_isolation = 'read committed'";
    private const string After = """
        SELECT position, topic, type, version, payload, xmin::text::bigint, at FROM event WHERE position > $1 ORDER BY position LIMIT 2000
        """;

    // Who is in the last round trip of a work. A transaction's name here is never given to another.
    private const string Holders = """
        SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32 | objid::bigint) = $1 AND granted
        AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private const string MarkAt = "SELECT xmin::text::bigint, at FROM event WHERE position = $1";
    private const string HighestFloor = "SELECT coalesce(max(position), 0) FROM floor";

    // Not the sequence's last value: after a crash it may give out again what was drawn and never committed. A floor, like a row, was.
    private const string Newest = $"SELECT greatest((SELECT coalesce(max(position), 0) FROM event), ({HighestFloor}))";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _after;
    private readonly NpgsqlCommand _holders;

    private PostgresEventReader(NpgsqlConnection connection)
    {
        _connection = connection;
        _after = Command(After, 0);
        _holders = Command(Holders, AdvisoryLock.Append);
    }

    /// <summary>Makes the connection ready.</summary>
    /// <exception cref="StorageUnavailableException">
    /// It leads to a standby, which knows nothing of the locks that are held at the primary.
    /// </exception>
    public static async Task<PostgresEventReader> OpenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using (var settings = new NpgsqlCommand(Settings, connection)) await settings.ExecuteNonQueryAsync(cancellation);
        await using var standby = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
        if ((bool)(await standby.ExecuteScalarAsync(cancellation))!)
            throw new StorageUnavailableException("The database is a standby: events are read from the primary.");
        var reader = new PostgresEventReader(connection);
        await reader._after.PrepareAsync(cancellation);
        await reader._holders.PrepareAsync(cancellation);
        return reader;
    }

    /// <summary>Reads what the table now has after a position, in order; <see cref="Page"/> rows at most.</summary>
    public async Task ReadAsync(long after, List<FeedRow> into, CancellationToken cancellation)
    {
        ((NpgsqlParameter<long>)_after.Parameters[0]).TypedValue = after;
        await using var rows = await _after.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var e = new CommittedEvent(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), checked((int)rows.GetInt64(3)),
                rows.GetFieldValue<byte[]>(4));
            into.Add(new(e, new(rows.GetInt64(5), rows.GetInt64(6))));
        }
    }

    /// <summary>The transactions that may have drawn a position and have not ended.</summary>
    public async Task<List<string>> HoldersAsync(CancellationToken cancellation)
    {
        var holders = new List<string>();
        await using var rows = await _holders.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) holders.Add(rows.GetString(0));
        return holders;
    }

    /// <summary>The highest position up to which events of some topics may have been deleted.</summary>
    public Task<long> FloorAsync(CancellationToken cancellation) => NumberAsync(HighestFloor, cancellation);

    /// <summary>The newest place: whoever has drawn a position up to it has ended.</summary>
    public async Task<FeedPlace> NewestAsync(CancellationToken cancellation)
    {
        var newest = await NumberAsync(Newest, cancellation);
        var fence = new FeedFence(newest, await HoldersAsync(cancellation), 0);
        while (!fence.Passes(await HoldersAsync(cancellation))) await Task.Delay(LookAgain, TimeProvider.System, cancellation);

        return new(newest, await MarkAsync(newest, cancellation));
    }

    /// <summary>
    /// Looks whether a place is one in this database still: all that was committed after it is in the table, and all up to it was.
    /// </summary>
    public async Task<bool> HoldsAsync(FeedPlace place, CancellationToken cancellation)
    {
        var mark = await MarkAsync(place.Position, cancellation);
        var floor = await FloorAsync(cancellation);     // after it: whoever deleted the row has raised a floor with it
        if (floor > place.Position) return false;
        return mark is null ? floor == place.Position : place.Mark is null || place.Mark == mark;
    }

    public async ValueTask DisposeAsync()
    {
        await _after.DisposeAsync();
        await _holders.DisposeAsync();
    }

    private async Task<FeedMark?> MarkAsync(long position, CancellationToken cancellation)
    {
        await using var command = Command(MarkAt, position);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new FeedMark(row.GetInt64(0), row.GetInt64(1)) : null;
    }

    private async Task<long> NumberAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private NpgsqlCommand Command(string sql, long value) => new(sql, _connection)
    {
        Parameters = { new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint } },
    };
}
