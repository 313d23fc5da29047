using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>The store on PostgreSQL: any number of nodes, works side by side, reads from snapshots.</summary>
internal sealed class PostgresDatabase : IDatabase
{
    internal const string BeginSnapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    private readonly PostgresConnections _connections;
    private readonly PostgresStatements _statements;
    private readonly WorkOutcomeTable _outcomes;
    private readonly PostgresMetrics _metrics;
    private readonly PostgresWorks _works;
    private readonly Turns _workTurns;
    private readonly Turns _readTurns;
    private readonly PostgresFeed _feed;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sweeping;
    private readonly TaskCompletionSource<StorageException?> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    private PostgresDatabase(StorageOptions options, EventOptions events, PostgresConnections connections, FeedPlace place,
        TimeProvider clock, IMeterFactory meters, ILoggerFactory loggers)
    {
        _connections = connections;
        _log = loggers.CreateLogger<PostgresDatabase>();
        _statements = new(options.MaxStatements);
        _outcomes = new(connections, clock, _log);
        _workTurns = new(options.MaxConnections, options.MaxWaiting);
        _readTurns = new(options.MaxReaders, options.MaxWaiting);
        _metrics = new(meters, _workTurns, _readTurns);
        Feed = new(this, place.Position, events, clock, meters, loggers.CreateLogger<Feed>());
        _feed = new(Feed, place, connections.OpenOwnAsync, meters, loggers.CreateLogger<Feed>());
        _works = new(connections, _statements, _outcomes, _feed, clock, _metrics, _log);
        Leases = new(new PostgresLeaseTable(connections), options.LeaseDuration, clock, meters, loggers.CreateLogger<Leases>());
        _sweeping = SweepAsync(clock);
        _log.DatabaseOpen(connections.Place, place.Position);
    }

    /// <inheritdoc/>
    public Feed Feed { get; }

    /// <inheritdoc/>
    public Leases Leases { get; }

    /// <inheritdoc/>
    public Task<StorageException?> Stopped => _stopped.Task;

    /// <summary>Connects, brings the tables up to date and begins to take works.</summary>
    /// <inheritdoc cref="Database.OpenAsync"/>
    public static async Task<IDatabase> OpenAsync(StorageOptions options, EventOptions events, IReadOnlyList<MigrationModule> modules,
        TimeProvider clock, IMeterFactory meters, ILoggerFactory loggers, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var connections = new PostgresConnections(options);
        try
        {
            await PostgresRequirements.RequireAsync(connections);
            await new PostgresMigrations(connections, clock, loggers.CreateLogger<PostgresDatabase>()).ApplyAsync(modules, options.Migrate);
            return new PostgresDatabase(options, events, connections, await PlaceAsync(connections, cancellation), clock, meters, loggers);
        }
        catch (Exception exception)
        {
            await connections.DisposeAsync();
            if (exception is PostgresFailure failure) throw Explain(failure, connections.Place);
            throw;
        }
    }

    /// <summary>Connects, brings the tables up to date whatever <see cref="StorageOptions.Migrate"/> says, and lets go.</summary>
    /// <inheritdoc cref="Database.MigrateAsync"/>
    public static async Task<IReadOnlyList<string>> MigrateAsync(StorageOptions options, IReadOnlyList<MigrationModule> modules,
        TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await using var connections = new PostgresConnections(options);
        try
        {
            await PostgresRequirements.RequireAsync(connections);
            var migrations = new PostgresMigrations(connections, clock, loggers.CreateLogger<PostgresDatabase>());
            return await migrations.ApplyAsync(modules, mayApply: true);
        }
        catch (PostgresFailure failure)
        {
            throw Explain(failure, connections.Place);
        }
    }

    /// <inheritdoc/>
    public async Task<Result<T>> CommitAsync<T>(Locks locks, Func<Work, ValueTask<Result<T>>> work, CancellationToken cancellation)
    {
        await _workTurns.WaitAsync(cancellation);
        var outcome = "failed";
        try
        {
            var result = await _works.RunAsync(locks, work);
            outcome = result.IsOk ? "ok" : "refused";
            return result;
        }
        finally
        {
            _workTurns.End();
            _metrics.Works(outcome);
        }
    }

    /// <inheritdoc/>
    public async Task<T> ReadAsync<T>(Func<Snapshot, ValueTask<T>> read, CancellationToken cancellation)
    {
        await _readTurns.WaitAsync(cancellation);
        try
        {
            await using var transaction = new PostgresTransaction(_connections, BeginSnapshot, Locks.None);
            var reads = new PostgresReads("read", _statements);
            var snapshot = new PostgresSnapshot(reads, Feed.Head);
            try
            {
                return await reads.RunAsync(() => read(snapshot), transaction);
            }
            finally
            {
                await transaction.RollBackAsync();      // it has done nothing
            }
        }
        catch (PostgresFailure failure) when (failure.AsUnavailable() is { } unavailable)
        {
            throw unavailable;
        }
        finally
        {
            _readTurns.End();
        }
    }

    /// <summary>Takes no more works, finishes those that wait, ends the feed and lets go of the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        var closed = new StorageException("The store is closed.");
        await _workTurns.CloseAsync(closed);
        _stopped.SetResult(null);
        await _feed.DisposeAsync();
        await Feed.DisposeAsync();
        await _stop.CancelAsync();
        await _sweeping;
        await _readTurns.CloseAsync(closed);
        await _connections.DisposeAsync();
        _workTurns.Dispose();
        _readTurns.Dispose();
        _stop.Dispose();
        _log.DatabaseClosed(_connections.Place);
    }

    private async Task SweepAsync(TimeProvider clock)
    {
        using var timer = new PeriodicTimer(SweepInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await _outcomes.DeleteOldAsync();
                }
                catch (PostgresFailure failure)
                {
                    _log.OutcomesNotDeleted(failure);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The orderly end.
        }
    }

    private static async Task<FeedPlace> PlaceAsync(PostgresConnections connections, CancellationToken cancellation)
    {
        try
        {
            return await PostgresFeed.FindPlaceAsync(connections.OpenOwnAsync, cancellation);
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, "the newest event");
        }
    }

    /// <summary>The sentence for a database that cannot be used at all.</summary>
    internal static StorageException Explain(PostgresFailure failure, string place) => failure.Code switch
    {
        "28P01" or "28000" => new($"The database {place} refuses the user or the password ({failure.Reason}).", failure),
        "3D000" => new($"There is no database {place}; make it first (createdb).", failure),
        "42501" => new($"The user lacks a right on the database {place}: {failure.Reason}.", failure),
        _ when failure.IsLost => new($"The database {place} cannot be reached: {failure.Reason}", failure),
        _ => failure.AsUnavailable() as StorageException ?? failure,
    };
}
