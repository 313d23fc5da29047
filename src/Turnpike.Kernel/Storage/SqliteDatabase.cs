using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>The store on SQLite: one file, one writer that commits all that waits together, readers that never wait for it.</summary>
internal sealed class SqliteDatabase : IDatabase
{
    // What makes a SQLite file Turnpike's, so that another program's is not taken for an empty one: "TPKE".
    private const int ApplicationId = 0x54504B45;

    // FULL: an acknowledged commit survives a power cut. 64 MB of cache: 2 MB costs 14 %. The log shrinks to 64 MB after a burst.
    // A checkpoint each 4000 pages (16 MB), not 1000: a page of a random key that several commits wrote is then written back once.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
        PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536
        """;

    private readonly StorageOptions _options;
    private readonly DataFolder _folder;
    private readonly SqliteConnection _connection;
    private readonly SqliteReaders _readers;
    private readonly Waiting _waiting;
    private readonly ILogger _log;
    private readonly TaskCompletionSource<StorageException?> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private SqliteDatabase(StorageOptions options, EventOptions events, DataFolder folder, SqliteConnection connection,
        TimeProvider clock, IMeterFactory meters, ILoggerFactory loggers)
    {
        _options = options;
        _folder = folder;
        _connection = connection;
        _readers = new(options.DatabaseFile, options.MaxReaders, options.MaxStatements);
        _waiting = new(options.MaxWaiting);
        _log = loggers.CreateLogger<SqliteDatabase>();
        var head = connection.First("SELECT seq FROM sqlite_sequence WHERE name = 'event'", static row => row.Int64(0));
        Feed = new(this, head, events, clock, meters, loggers.CreateLogger<Feed>());
        Leases = new(new SoleOwner(), options.LeaseDuration, clock, meters, loggers.CreateLogger<Leases>());
        var metrics = new StorageMetrics(meters, () => _waiting.Count);
        var writer = new SqliteWriter(connection, _waiting, options.MaxBatch, Feed, clock, metrics, _log);
        new Thread(() => Write(writer)) { IsBackground = true, Name = "turnpike writer" }.Start();
        _log.DatabaseOpen(Path.GetFullPath(options.Folder), head);
    }

    /// <inheritdoc/>
    public Feed Feed { get; }

    /// <inheritdoc/>
    public Leases Leases { get; }

    /// <inheritdoc/>
    public Task<StorageException?> Stopped => _stopped.Task;

    /// <summary>Takes the data folder, brings its tables up to date and starts the writer.</summary>
    /// <param name="options">Where the data is, and the bounds.</param>
    /// <param name="events">The feed's bounds and how long events are kept.</param>
    /// <param name="modules">Whose migrations to apply; the kernel's own come first without being named.</param>
    /// <param name="clock">Dates events and migrations.</param>
    /// <param name="meters">Makes the meter <c>Turnpike.Kernel</c>.</param>
    /// <param name="loggers">Makes the loggers of store and feed.</param>
    /// <param name="cancellation">Looked at before the folder is taken.</param>
    /// <exception cref="StorageException">
    /// The folder is in use, read-only or full; the file is not ours, or newer than the program.
    /// </exception>
    public static Task<IDatabase> OpenAsync(StorageOptions options, EventOptions events, IReadOnlyList<MigrationModule> modules,
        TimeProvider clock, IMeterFactory meters, ILoggerFactory loggers, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        DataFolder? folder = null;
        SqliteConnection? connection = null;
        try
        {
            folder = DataFolder.Take(options.Folder);
            connection = Open(options);
            new SqliteMigrations(connection, clock, loggers.CreateLogger<SqliteDatabase>()).Apply(modules);
            return Task.FromResult<IDatabase>(new SqliteDatabase(options, events, folder, connection, clock, meters, loggers));
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            folder?.Dispose();
            if (exception is SqliteFailure failure) throw Explain(failure, options.DatabaseFile);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<Result<T>> CommitAsync<T>(Locks locks, Func<Work, ValueTask<Result<T>>> work, CancellationToken cancellation)
    {
        if (locks.Lease is { IsHeld: false } lease) return Task.FromException<Result<T>>(new LeaseLostException(lease.Name));
        var pending = new PendingWork<T>(work);
        pending.WithdrawOn(cancellation);
        if (_waiting.TryAdd(pending) is { } refused)
        {
            pending.Fail(refused);
            if (pending.TryStart()) pending.Complete();
        }

        return pending.Completion;
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<Snapshot, ValueTask<T>> read, CancellationToken cancellation) =>
        _readers.ReadAsync(read, cancellation);

    /// <summary>Takes no more works, finishes those that wait, ends the feed and lets go of the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _waiting.Close(new StorageException("The store is closed."));
        await Stopped;
        await Feed.DisposeAsync();
        await _readers.DisposeAsync();
        _connection.Dispose();
        _waiting.Dispose();
        _folder.Dispose();
        _log.DatabaseClosed(Path.GetFullPath(_options.Folder));
    }

    private void Write(SqliteWriter writer)
    {
        StorageException? reason;
        try
        {
            reason = writer.Run();
        }
        catch (Exception exception)
        {
            reason = new StorageException("The writer failed; see the exception within.", exception);
            _waiting.Close(reason);
        }

        if (reason is not null) _log.StoreStopped(reason);
        _stopped.SetResult(reason);
    }

    private static SqliteConnection Open(StorageOptions options)
    {
        var connection = SqliteConnection.Open(options.DatabaseFile, create: true, options.MaxStatements);
        try
        {
            Claim(connection, options.DatabaseFile);
            connection.Script(Pragmas);
            var mode = connection.First("PRAGMA journal_mode", static row => row.Text(0));
            return mode == "wal" ? connection
                : throw new StorageException($"SQLite's log does not work on the file system of {options.DatabaseFile} (mode {mode}).");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Claim(SqliteConnection connection, string file)
    {
        var id = connection.First("PRAGMA application_id", static row => row.Int64(0));
        if (id == ApplicationId) return;
        if (id != 0 || connection.First("SELECT count(*) FROM sqlite_schema", static row => row.Int64(0)) > 0)
            throw new StorageException($"{file} is a SQLite database, but not one of Turnpike's.");
        connection.Script($"PRAGMA application_id = {ApplicationId}");
    }

    private static StorageException Explain(SqliteFailure failure, string file) => failure.Kind switch
    {
        raw.SQLITE_NOTADB => new($"{file} is not a SQLite database.", failure),
        raw.SQLITE_CORRUPT => new($"{file} is damaged; restore a backup.", failure),
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => new($"{file} cannot be written to; see its rights.", failure),
        _ => failure.AsUnavailable() as StorageException ?? failure,
    };
}
