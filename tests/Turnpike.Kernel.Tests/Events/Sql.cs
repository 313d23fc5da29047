using Npgsql;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>Statements of the tests' own on a PostgreSQL, outside of any store.</summary>
internal static class Sql
{
    public static async Task<long> NumberAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Ends sessions of the store's database, as an administrator or a failover does.</summary>
    /// <param name="store">Whose.</param>
    /// <param name="which">A condition over pg_stat_activity.</param>
    /// <returns>How many.</returns>
    public static Task<long> TerminateAsync(this TestStore store, string which) => NumberAsync(store.Options.ConnectionString!,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        + $"WHERE datname = current_database() AND pid <> pg_backend_pid() AND ({which})");

    /// <summary>Waits for a condition, asking again after each look at the database.</summary>
    public static async Task UntilAsync(this TestStore store, Func<bool> condition)
    {
        while (!condition()) await store.Database.NumberAsync("SELECT 1");
    }
}
