using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Runs works side by side, each in a transaction on a connection of its own: reads as the work asks for them, then all it has queued and
/// COMMIT in one round trip. What the work lost to others or to the network is run again; what may have been committed is asked about.
/// </summary>
internal sealed class PostgresWorks(PostgresConnections connections, PostgresStatements statements, WorkOutcomeTable outcomes,
    Action onEvents, TimeProvider clock, PostgresMetrics metrics, ILogger log)
{
    // Later reads see what others committed meanwhile; the named locks are what makes a decision hold.
    private const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
    private const string LockAppend = "SELECT pg_advisory_xact_lock_shared($1)";
    private const string AppendEvent = "INSERT INTO event (position, topic, type, version, payload, at) "
        + "VALUES (nextval('event_position'), $1, $2, $3, $4, $5)";
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
                onEvents();
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
        var firstWrite = batch.BatchCommands.Count + 1;
        try
        {
            Fill(batch.BatchCommands, queue, id);
        }
        catch
        {
            await transaction.RollBackAsync();      // a value or a text that cannot be sent: a bug
            throw;
        }

        return await SendAsync(transaction, batch, firstWrite, queue, id, result);
    }

    private async Task<(Result<T> Result, LostWork? Lost)> SendAsync<T>(
        PostgresTransaction transaction, NpgsqlBatch batch, int firstWrite, WorkQueue queue, Guid id, Result<T> result)
    {
        var began = clock.GetTimestamp();
        try
        {
            await batch.ExecuteNonQueryAsync();
        }
        catch (Exception exception)
        {
            var failure = new PostgresFailure(exception, (exception as PostgresException)?.BatchCommand?.CommandText ?? "COMMIT");
            var write = exception is PostgresException { BatchCommand: NpgsqlBatchCommand command }
                ? batch.BatchCommands.IndexOf(command) - firstWrite : -1;
            await transaction.RollBackAsync();
            if (failure.IsViolation) return (Violation(failure, queue, write), null);
            if (failure.IsUndone) return (default, new(null, failure.Retry, failure));
            // Also what is no failure of the database: it came after the first byte was sent, or before; only the database knows.
            return (result, new(id, PostgresFailure.IsCause(exception) ? "undone" : null,
                PostgresFailure.IsCause(exception) ? failure : exception));
        }

        metrics.Committed(clock.GetElapsedTime(began));
        if (!queue.Events.IsEmpty) onEvents();
        return (result, null);
    }

    private void Fill(NpgsqlBatchCommandCollection batch, WorkQueue queue, Guid id)
    {
        batch.Add(WorkOutcomeTable.Command(id));
        foreach (ref readonly var write in queue.Writes) batch.Add(Command(queue, write));
        if (!queue.Events.IsEmpty)
        {
            // Last, and nothing that waits after it: a fence waits for whoever holds this.
            batch.Add(PostgresTransaction.LockCommand(LockAppend, AdvisoryLock.Append));
            var at = clock.GetUtcNow().ToUnixTimeMilliseconds();
            foreach (ref readonly var e in queue.Events)
            {
                var command = new NpgsqlBatchCommand(AppendEvent);
                PostgresValues.Add(command.Parameters, [e.Topic, e.Type, e.Version, e.Payload, at]);
                batch.Add(command);
            }
        }

        batch.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    private NpgsqlBatchCommand Command(WorkQueue queue, in QueuedWrite write)
    {
        if (write.Rows is null)
        {
            var args = queue.Args(write);
            statements.Require(write.Sql, args.Length);
            var command = new NpgsqlBatchCommand(write.Sql);
            PostgresValues.Add(command.Parameters, args);
            return command;
        }

        var columns = new PostgresColumns(write.Rows);
        var insert = new NpgsqlBatchCommand(statements.ForRows(write.Sql, write.Columns!, columns));
        columns.AddTo(insert.Parameters);
        return insert;
    }

    private ProtocolError Violation(PostgresFailure failure, WorkQueue queue, int write)
    {
        if (write >= 0 && write < queue.Writes.Length && PostgresViolations.Find(failure, queue.Writes[write]) is { } error) return error;
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
