using Npgsql;
using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>A work's last round trip: that it was done, its writes, its events and COMMIT.</summary>
/// <param name="batch">With what has to come first, if the transaction has not begun.</param>
/// <param name="queue">What the work has queued.</param>
/// <param name="at">The time of its events, Unix time in milliseconds.</param>
internal sealed class PostgresFlush(NpgsqlBatch batch, WorkQueue queue, long at)
{
    private const string LockAppend = "SELECT pg_advisory_xact_lock_shared($1)";
    private const string AppendEvent = "INSERT INTO event (position, topic, type, version, payload, at) "
        + "VALUES (nextval('event_position'), $1, $2, $3, $4, $5) RETURNING position, xmin::text::bigint, pg_postmaster_start_time()";

    // All but BEGIN answer with a row.
    private readonly int _answersBefore = Math.Max(0, batch.BatchCommands.Count - 1);
    private readonly int _firstWrite = batch.BatchCommands.Count + 1;
    private FeedRow[] _rows = [];
    private DateTime _serverStart;

    /// <summary>Fills the batch.</summary>
    /// <param name="id">The work's id among the outcomes.</param>
    /// <param name="statements">Of the store.</param>
    /// <exception cref="ArgumentException">A value or a text cannot be sent.</exception>
    public void Fill(Guid id, PostgresStatements statements)
    {
        var commands = batch.BatchCommands;
        commands.Add(WorkOutcomeTable.Command(id));
        foreach (ref readonly var write in queue.Writes) commands.Add(Command(statements, write));
        if (!queue.Events.IsEmpty)
        {
            // Last, and nothing that waits after it: a fence waits for whoever holds this.
            commands.Add(PostgresTransaction.LockCommand(LockAppend, AdvisoryLock.Append));
            foreach (ref readonly var e in queue.Events)
            {
                var command = new NpgsqlBatchCommand(AppendEvent);
                PostgresValues.Add(command.Parameters, [e.Topic, e.Type, e.Version, e.Payload, at]);
                commands.Add(command);
            }
        }

        commands.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    /// <summary>Sends it; returns when the COMMIT has been answered.</summary>
    public async Task ExecuteAsync()
    {
        if (queue.Events.IsEmpty)
        {
            await batch.ExecuteNonQueryAsync();
            return;
        }

        _rows = new FeedRow[queue.Events.Length];
        await using var answers = await batch.ExecuteReaderAsync();
        for (var i = 0; i <= _answersBefore; i++) await answers.NextResultAsync();
        for (var i = 0; i < _rows.Length; i++)
        {
            await answers.ReadAsync();
            _rows[i] = Row(i, answers);
            await answers.NextResultAsync();        // after the last, the COMMIT's, which is none
        }
    }

    /// <summary>Hands the events over, once they are committed.</summary>
    public void Publish(PostgresFeed feed)
    {
        if (_rows.Length > 0) feed.Committed(_rows, _serverStart);
    }

    /// <summary>Which of the queued writes failed; -1 if it was none of them.</summary>
    public int FailedWrite(Exception exception)
    {
        if (exception is not PostgresException { BatchCommand: NpgsqlBatchCommand command }) return -1;
        var write = batch.BatchCommands.IndexOf(command) - _firstWrite;
        return write < queue.Writes.Length ? write : -1;
    }

    private FeedRow Row(int number, NpgsqlDataReader answer)
    {
        var e = queue.Events[number];
        _serverStart = answer.GetDateTime(2);
        return new(new(answer.GetInt64(0), e.Topic, e.Type, e.Version, e.Payload), new(answer.GetInt64(1), at));
    }

    private NpgsqlBatchCommand Command(PostgresStatements statements, in QueuedWrite write)
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
}
