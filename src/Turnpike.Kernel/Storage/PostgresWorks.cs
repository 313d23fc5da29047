using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Runs works side by side, each in a transaction on a connection of its own: reads as the work asks for them, then all it has queued and
/// COMMIT in one round trip. What the work lost to others or to the network is run again; what may have been committed is asked about.
/// </summary>
internal sealed class PostgresWorks(PostgresConnections connections, PostgresStatements statements, WorkOutcomeTable outcomes,
    PostgresFeed feed, TimeProvider clock, PostgresMetrics metrics, ILogger log)
{
    // Later reads see what others committed meanwhile; the named locks are what makes a decision hold.
    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
    private const int MaxAttempts = 8;

    /// <summary>Runs a work to its end.</summary>
    /// <exception cref="StorageException">See <see cref="IDatabase.CommitAsync"/>.</exception>
    public async Task<Result<T>> RunAsync<T>(Locks locks, Func<Work, ValueTask<Result<T>>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            locks.Lease?.RequireHeld();
            var (result, lost) = await TryAsync(locks, work);
            if (lost is null) return result;
            if (lost.Id is { } id && await WasCommittedAsync(id))
            {
                feed.Committed();
                return result;
            }

            if (lost.Cause is PostgresFailure { IsLeaseLost: true }) throw locks.Lease!.Lost();
            if (lost.Reason is not { } reason || attempt == MaxAttempts)
                throw (lost.Cause as PostgresFailure)?.AsUnavailable() ?? lost.Cause;
            metrics.Retried(reason);
            log.WorkRetried(reason, attempt, lost.Cause);
            await PauseAsync(attempt);
        }
    }

    private async Task<(Result<T> Result, LostWork? Lost)> TryAsync<T>(Locks locks, Func<Work, ValueTask<Result<T>>> work)
    {
        await using var transaction = new PostgresTransaction(connections, Begin, locks);
        var queue = new WorkQueue();
        var reads = new PostgresReads("work", statements);
        Result<T> result;
        try
        {
            result = await reads.RunAsync(() => work(new PostgresWork(reads, queue)), transaction);
        }
        catch (Exception exception)
        {
            await transaction.RollBackAsync();
            if (exception is PostgresFailure failure) return (default, new(null, failure.Retry, failure));
            throw;
        }

        if (result.IsOk && !queue.IsEmpty) return await FlushAsync(transaction, queue, result);
        await transaction.RollBackAsync();
        return (result, null);
    }

    private async Task<(Result<T> Result, LostWork? Lost)> FlushAsync<T>(PostgresTransaction transaction, WorkQueue queue, Result<T> result)
    {
        var id = outcomes.NewId();
        NpgsqlBatch batch;
        try
        {
            batch = await transaction.BatchAsync();
        }
        catch (PostgresFailure failure)
        {
            return (default, new(null, failure.Retry, failure));
        }

        await using var _ = batch;
        var flush = new PostgresFlush(batch, queue, clock.GetUtcNow().ToUnixTimeMilliseconds());
        try
        {
            flush.Fill(id, statements);
        }
        catch
        {
            await transaction.RollBackAsync();      // a value or a text that cannot be sent: a bug
            throw;
        }

        return await SendAsync(transaction, flush, queue, id, result);
    }

    private async Task<(Result<T> Result, LostWork? Lost)> SendAsync<T>(
        PostgresTransaction transaction, PostgresFlush flush, WorkQueue queue, Guid id, Result<T> result)
    {
        var began = clock.GetTimestamp();
        try
        {
            await flush.ExecuteAsync();
        }
        catch (Exception exception)
        {
            var failure = new PostgresFailure(exception, (exception as PostgresException)?.BatchCommand?.CommandText ?? "COMMIT");
            var write = flush.FailedWrite(exception);
            await transaction.RollBackAsync();
            if (failure.IsViolation) return (Violation(failure, queue, write), null);
            if (failure.IsUndone) return (default, new(null, failure.Retry, failure));
            // Also what is no failure of the database: it came after the first byte was sent, or before; only the database knows.
            return (result, new(id, PostgresFailure.IsCause(exception) ? "undone" : null,
                PostgresFailure.IsCause(exception) ? failure : exception));
        }

        metrics.Committed(clock.GetElapsedTime(began));
        flush.Publish(feed);
        return (result, null);
    }

    private ProtocolError Violation(PostgresFailure failure, WorkQueue queue, int write)
    {
        if (write >= 0 && PostgresViolations.Find(failure, queue.Writes[write]) is { } error) return error;
        var unannounced = new UnannouncedViolationException($"{failure.Message}, which the write did not announce", failure);
        log.ViolationUnannounced(unannounced);
        throw unannounced;
    }

    private async Task<bool> WasCommittedAsync(Guid id)
    {
        try
        {
            var committed = await outcomes.WasCommittedAsync(id);
            metrics.Resolved(committed ? "committed" : "undone");
            return committed;
        }
        catch (StorageOutcomeUnknownException)
        {
            metrics.Resolved("unknown");
            throw;
        }
    }

    // Each waits another while, so that those who met do not meet again; together some two seconds.
    private static Task PauseAsync(int attempt) => Task.Delay(
        TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, 10 << Math.Min(attempt - 1, 6))), TimeProvider.System);

    /// <summary>A try that came to nothing, or of which that is not known.</summary>
    /// <param name="Id">By which to ask what became of it; null if it came to nothing.</param>
    /// <param name="Reason">Why to try again; null if that is of no use.</param>
    /// <param name="Cause">What happened.</param>
    private sealed record LostWork(Guid? Id, string? Reason, Exception Cause);
}
