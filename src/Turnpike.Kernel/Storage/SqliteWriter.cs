using Microsoft.Extensions.Logging;
using SQLitePCL;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// The one writer: takes all the works that wait, runs each in its turn, and commits them together with one fsync. Batches form by
/// themselves, as the next one gathers while this one is committed.
/// </summary>
internal sealed class SqliteWriter(
    SqliteConnection connection, Waiting waiting, int maxBatch, Feed feed, TimeProvider clock, StorageMetrics metrics, ILogger log)
{
    private const string AppendEvent = "INSERT INTO event (topic, type, version, payload, at) VALUES ($1, $2, $3, $4, $5)";

    private readonly List<PendingWork> _batch = new(maxBatch);
    private readonly List<CommittedEvent> _events = [];
    private readonly WorkQueue _queue = new();
    private readonly InsertTexts _inserts = new();

    /// <summary>Runs until the queue is closed and empty, or the store fails for good.</summary>
    /// <returns>Why it had to stop; null if it was closed.</returns>
    public StorageException? Run()
    {
        StorageException? stopped = null;
        while (waiting.Take(maxBatch, _batch))
        {
            _batch.RemoveAll(static work => !work.TryStart());
            if (stopped is not null) FailAll(new StorageUnavailableException(stopped.Message, stopped));
            else if (_batch.Count > 0) stopped = RunBatch();
            _batch.Clear();
            _events.Clear();
            if (stopped is not null) waiting.Close(stopped);
        }

        return stopped;
    }

    private StorageException? RunBatch()
    {
        try
        {
            connection.Execute("BEGIN IMMEDIATE");
            foreach (var work in _batch)
            {
                var failed = RunWork(work);
                // Some errors take the whole transaction along. Without this look the next savepoint would open one of its own.
                if (connection.InAutocommit) return Lose(failed ?? new StorageException("SQLite ended the transaction."));
            }
        }
        catch (Exception exception)
        {
            return Lose(exception);
        }

        return Commit();
    }

    /// <summary>Runs one work and does its writes.</summary>
    /// <returns>What it threw, if it did.</returns>
    private Exception? RunWork(PendingWork work)
    {
        var active = new SqliteWork(connection, _queue);
        var eventsBefore = _events.Count;
        var savepoint = false;
        _queue.Clear();
        try
        {
            if (!work.Run(active) || _queue.IsEmpty) return null;
            connection.Execute("SAVEPOINT work");
            savepoint = true;
            if (Flush() is { } error)
            {
                Undo(eventsBefore);
                work.Refuse(error);
            }
            else
            {
                connection.Execute("RELEASE work");
            }

            return null;
        }
        catch (Exception exception)
        {
            work.Fail(exception is SqliteFailure failure ? failure.AsUnavailable() ?? exception : exception);
            if (exception is UnannouncedViolationException) log.ViolationUnannounced(exception);
            if (savepoint && !connection.InAutocommit) Undo(eventsBefore);
            return exception;
        }
        finally
        {
            active.End();
        }
    }

    private ProtocolError? Flush()
    {
        foreach (ref readonly var write in _queue.Writes)
        {
            if (write.Rows is null)
            {
                if (Violation(write, write.Sql, _queue.Args(write)) is { } error) return error;
                continue;
            }

            var sql = _inserts.Of(write.Sql, write.Columns!);
            foreach (var row in write.Rows)
            {
                if (Violation(write, sql, row) is { } error) return error;
            }
        }

        var at = _queue.Events.IsEmpty ? 0 : clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (ref readonly var e in _queue.Events)
        {
            connection.Execute(AppendEvent, e.Topic, e.Type, e.Version, e.Payload, at);
            _events.Add(new(connection.LastInsertRowId, e.Topic, e.Type, e.Version, e.Payload));
        }

        return null;
    }

    private ProtocolError? Violation(in QueuedWrite write, string sql, ReadOnlySpan<SqlValue> args)
    {
        var code = connection.TryExecute(sql, args, out var failure);
        if (code == raw.SQLITE_OK) return null;
        if (failure!.Kind != raw.SQLITE_CONSTRAINT) throw failure;
        return SqliteViolations.Find(failure, write)
            ?? throw new UnannouncedViolationException($"{failure.Reason}, which the write did not announce: {sql}", failure);
    }

    private void Undo(int eventsBefore)
    {
        connection.Execute("ROLLBACK TO work");
        connection.Execute("RELEASE work");
        _events.RemoveRange(eventsBefore, _events.Count - eventsBefore);
    }

    private StorageException? Commit()
    {
        var began = clock.GetTimestamp();
        try
        {
            connection.Execute("COMMIT");
        }
        catch (SqliteFailure failure) when (failure.Kind == raw.SQLITE_IOERR)
        {
            // The commit may be in the log or not; only recovery knows. To go on could contradict what it will find.
            var unknown = new StorageOutcomeUnknownException(
                $"The disk failed during a commit ({failure.Reason}, {failure.Code}). The server stops; the next start shows what holds.",
                failure);
            FailAll(unknown);
            return unknown;
        }
        catch (SqliteFailure failure)
        {
            return Lose(failure);
        }

        metrics.Committed(_batch.Count, clock.GetElapsedTime(began));
        feed.Publish(_events);
        CompleteAll();
        return null;
    }

    /// <summary>Nothing of the batch is committed: all its works fail, the successful too, and may be tried again.</summary>
    /// <returns>Why the store cannot go on; null if it can.</returns>
    private StorageException? Lose(Exception exception)
    {
        log.BatchLost(_batch.Count, exception);
        FailAll((exception as SqliteFailure)?.AsUnavailable()
            ?? new StorageUnavailableException($"Another work took the transaction along: {exception.Message}", exception));
        try
        {
            if (!connection.InAutocommit) connection.Execute("ROLLBACK");
            return null;
        }
        catch (SqliteFailure failure)
        {
            return new StorageException($"A transaction could be neither committed nor undone: {failure.Reason}. The server stops.",
                failure);
        }
    }

    private void FailAll(Exception exception)
    {
        foreach (var work in _batch) work.Fail(exception);
        CompleteAll();
    }

    private void CompleteAll()
    {
        Span<int> counts = stackalloc int[3];
        counts.Clear();
        foreach (var work in _batch)
        {
            counts[(int)work.Outcome]++;
            work.Complete();
        }

        metrics.Works(counts[(int)WorkOutcome.Ok], "ok");
        metrics.Works(counts[(int)WorkOutcome.Refused], "refused");
        metrics.Works(counts[(int)WorkOutcome.Failed], "failed");
    }
}
