using Npgsql;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>A session of somebody else on a test's database.</summary>
internal sealed class PostgresSide : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private PostgresSide(NpgsqlConnection connection) => _connection = connection;

    public static async Task<PostgresSide> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return new(connection);
    }

    public async Task<object?> ExecuteAsync(string sql, params object[] args)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        foreach (var arg in args) command.Parameters.Add(new() { Value = arg });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends a session, from within a work's function, which awaits nothing but its reads.</summary>
    public void Terminate(long process)
    {
        using var command = new NpgsqlCommand("SELECT pg_terminate_backend($1, 5000)", _connection) { Parameters = { new() { Value = (int)process } } };
        Assert.Equal(true, command.ExecuteScalar());
    }

    /// <summary>Waits until another session of this database waits for a lock.</summary>
    /// <returns>Its process.</returns>
    public async Task<int> WaiterAsync()
    {
        const string Waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1";
        while (true)
        {
            // The database's time is the wait: each look is a round trip.
            if (await ExecuteAsync(Waiting) is int process) return process;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
