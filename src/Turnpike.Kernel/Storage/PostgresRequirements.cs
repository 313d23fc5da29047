using System.Globalization;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>What a PostgreSQL must be for what is acknowledged to hold.</summary>
internal static class PostgresRequirements
{
    private const int OldestVersion = 15;

    /// <exception cref="StorageException">It is too old, a standby, or does not keep what it acknowledges.</exception>
    /// <exception cref="PostgresFailure">It cannot be asked.</exception>
    public static async Task RequireAsync(PostgresConnections connections)
    {
        var version = int.Parse(await SettingAsync(connections, "server_version_num"), CultureInfo.InvariantCulture) / 10_000;
        if (version < OldestVersion)
            throw new StorageException($"The database is PostgreSQL {version}; {OldestVersion} or newer is needed.");
        Refuse(await SettingAsync(connections, "server_encoding"), "UTF8", "server_encoding", "make a database with encoding UTF8");
        foreach (var setting in new[] { "fsync", "full_page_writes" })
            Refuse(await SettingAsync(connections, setting), "on", setting, "a crash would lose what was acknowledged");
        if (await SettingAsync(connections, "synchronous_commit") == "off")
            throw new StorageException("The database has synchronous_commit=off: a crash would lose what was acknowledged.");
        if (await SettingAsync(connections, "in_hot_standby") == "on")
            throw new StorageException("The database is a standby; name the primary in the connection string.");
    }

    private static void Refuse(string value, string needed, string setting, string why)
    {
        if (value != needed) throw new StorageException($"The database has {setting}={value}: {why}.");
    }

    private static async Task<string> SettingAsync(PostgresConnections connections, string name)
    {
        await using var connection = await connections.OpenAsync();
        try
        {
            await using var command = new NpgsqlCommand("SELECT current_setting($1)", connection);
            PostgresValues.Add(command.Parameters, name);
            return (string)(await command.ExecuteScalarAsync())!;
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, name);
        }
    }
}
