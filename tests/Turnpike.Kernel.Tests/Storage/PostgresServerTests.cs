using Npgsql;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task What_was_committed_is_there_after_a_crash_and_a_start_on_the_same_port()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await ExecuteAsync(connectionString, "CREATE TABLE kept (n bigint)");
        await ExecuteAsync(connectionString, "INSERT INTO kept VALUES (7)");

        await server.StopAsync("immediate");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connectionString, "SELECT 1"));
        await server.StartAgainAsync();

        Assert.Equal(7L, await ExecuteAsync(connectionString, "SELECT n FROM kept"));
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
