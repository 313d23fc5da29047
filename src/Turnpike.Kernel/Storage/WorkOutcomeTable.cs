using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// <c>work_done</c>: what became of a work whose COMMIT was not answered. The work's own row is part of it, with <c>done</c> true. Who
/// asks writes the row with <c>done</c> false first: then either the work's is there already, or the work can never be committed.
/// </summary>
/// <remarks>Not pg_xact_status: after a crash it says "committed" of works that are lost, as their numbers were given out again.</remarks>
internal sealed class WorkOutcomeTable(PostgresConnections connections, TimeProvider clock, ILogger log)
{
    private const string Done = "INSERT INTO work_done (id, done) VALUES ($1, true)";

    // A lock that the work still holds makes this wait for its end.
    private const string Bar = "INSERT INTO work_done (id, done) VALUES ($1, false) ON CONFLICT DO NOTHING";
    private const string Ask = "SELECT done FROM work_done WHERE id = $1";
    private const string DeleteOld =
        "DELETE FROM work_done WHERE id IN (SELECT id FROM work_done WHERE id < $1 ORDER BY id LIMIT 10000)";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>A new work's id. It begins with the time, so that rows are written and deleted at the ends of their index.</summary>
    public Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>The work's own row, the first statement of its last round trip.</summary>
    public static NpgsqlBatchCommand Command(Guid id)
    {
        var command = new NpgsqlBatchCommand(Done);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return command;
    }

    /// <summary>Asks the database, as soon as it answers again, whether a work was committed; if not, it never will be.</summary>
    /// <exception cref="StorageOutcomeUnknownException">The database has not answered for two minutes.</exception>
    public async Task<bool> WasCommittedAsync(Guid id)
    {
        // The database's time and the network's, which no clock of a test turns.
        var began = TimeProvider.System.GetTimestamp();
        for (var asked = 1; ; asked++)
        {
            try
            {
                return await AskAsync(id);
            }
            catch (PostgresFailure failure)
            {
                if (TimeProvider.System.GetElapsedTime(began) > Patience)
                {
                    throw new StorageOutcomeUnknownException("The connection to the database was lost during a commit, and the database "
                        + "has not answered since. Whether the commit holds is on its disk.", failure);
                }

                if (asked == 1) log.OutcomeAskedAgain(failure);
                connections.Forget();
                await Task.Delay(Pause, TimeProvider.System);
            }
        }
    }

    /// <summary>Deletes the rows of works that nobody asks about any more.</summary>
    /// <exception cref="PostgresFailure">The database failed.</exception>
    public async Task DeleteOldAsync()
    {
        await using var connection = await connections.OpenAsync();
        while (await ExecuteAsync(connection, DeleteOld, Before(clock.GetUtcNow() - Kept)) > 0)
        {
            // A few at a time, so that no work waits long.
        }
    }

    private async Task<bool> AskAsync(Guid id)
    {
        await using var connection = await connections.OpenAsync();
        await ExecuteAsync(connection, Bar, id);
        try
        {
            await using var ask = new NpgsqlCommand(Ask, connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } };
            return (bool)(await ask.ExecuteScalarAsync())!;
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, Ask);
        }
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, Guid id)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = id } } };
            return await command.ExecuteNonQueryAsync();
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, sql);
        }
    }

    // The lowest id of that time: 48 bits of milliseconds, and the rest zero.
    private static Guid Before(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new(bytes, bigEndian: true);
    }
}
