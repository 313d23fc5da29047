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
    private const string Server = "SELECT pg_is_in_recovery(), pg_postmaster_start_time()";

    // One look into the index for each run, whatever the planner knows or does not know of the table.
    private const string OfRuns = """
        SELECT e.* FROM unnest($1, $2) AS run (first, last) CROSS JOIN LATERAL
        (SELECT position, topic, type, version, payload, xmin::text::bigint, at FROM event
        WHERE position BETWEEN run.first AND run.last ORDER BY position LIMIT 2000) AS e LIMIT 2000
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
    private readonly NpgsqlCommand _ofRuns;
    private readonly NpgsqlCommand _holders;
    private readonly NpgsqlParameter<long[]> _first = Array();
    private readonly NpgsqlParameter<long[]> _last = Array();

    private PostgresEventReader(NpgsqlConnection connection, DateTime serverStart)
    {
        _connection = connection;
        _ofRuns = new(OfRuns, connection) { Parameters = { _first, _last } };
        _holders = Command(Holders, AdvisoryLock.Append);
        ServerStart = serverStart;
    }

    /// <summary>When the server was started that this connection leads to: it differs after a crash, and at another server.</summary>
    public DateTime ServerStart { get; }

    /// <summary>Makes the connection ready.</summary>
    /// <exception cref="StorageUnavailableException">
    /// It leads to a standby, which knows nothing of the locks that are held at the primary.
    /// </exception>
    public static async Task<PostgresEventReader> OpenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using (var settings = new NpgsqlCommand(Settings, connection)) await settings.ExecuteNonQueryAsync(cancellation);
        var reader = new PostgresEventReader(connection, await ServerStartAsync(connection, cancellation));
        await reader._ofRuns.PrepareAsync(cancellation);
        await reader._holders.PrepareAsync(cancellation);
        return reader;
    }

    /// <summary>Reads what the table now has in these runs of positions.</summary>
    /// <param name="runs">In order, none over another.</param>
    /// <param name="into">Gets the rows, <see cref="Page"/> at most; where it gets as many there may be more.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ReadAsync(IReadOnlyCollection<Run> runs, List<FeedRow> into, CancellationToken cancellation)
    {
        _first.TypedValue = [.. runs.Select(run => run.First)];
        _last.TypedValue = [.. runs.Select(run => run.Last)];
        await using var rows = await _ofRuns.ExecuteReaderAsync(cancellation);
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
        await _ofRuns.DisposeAsync();
        await _holders.DisposeAsync();
    }

    private static async Task<DateTime> ServerStartAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var server = new NpgsqlCommand(Server, connection);
        await using var row = await server.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        if (row.GetBoolean(0)) throw new StorageUnavailableException("The database is a standby: events are read from the primary.");
        return row.GetDateTime(1);
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

    private static NpgsqlParameter<long[]> Array() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
