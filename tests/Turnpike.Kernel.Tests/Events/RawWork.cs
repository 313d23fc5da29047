using Npgsql;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>A transaction on a connection of its own, that a test holds at any point of its life. It tells nobody of its commit.</summary>
internal sealed class RawWork : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private RawWork(NpgsqlConnection connection) => _connection = connection;

    public int Session => _connection.ProcessID;

    public static async Task<RawWork> BeginAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var work = new RawWork(connection);
        await work.ExecuteAsync("BEGIN");
        return work;
    }

    /// <summary>Appends an event as a work does: the shared lock, then the position.</summary>
    /// <returns>The position drawn.</returns>
    public async Task<long> AppendAsync(string topic)
    {
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock_shared($1)", _connection))
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = AdvisoryLock.Append });
            await command.ExecuteNonQueryAsync();
        }

        await using var insert = new NpgsqlCommand("INSERT INTO event (position, topic, type, version, payload, at) "
            + "VALUES (nextval('event_position'), $1, 'test.happened', 1, '{}', 0) RETURNING position", _connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = topic } },
        };
        return (long)(await insert.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public Task CommitAsync() => ExecuteAsync("COMMIT");

    public Task RollbackAsync() => ExecuteAsync("ROLLBACK");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
