using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Brings a database to this program's tables, each migration in a transaction of its own, under a lock: nodes that start together wait
/// for the one that was first, and find its work done.
/// </summary>
internal sealed class PostgresMigrations(PostgresConnections connections, TimeProvider clock, ILogger log)
{
    private const string Suffix = ".postgres.sql";

    // Another node's migration may take long; a local setting ends with the transaction.
    private const string Begin = "BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    private const string Record = "INSERT INTO migration (module, number, name, hash, applied_at) VALUES ($1, $2, $3, $4, $5)";

    /// <summary>Applies what is missing, the kernel's first.</summary>
    /// <param name="modules">Whose.</param>
    /// <param name="mayApply">False to refuse instead.</param>
    /// <returns>What was applied: <c>module/migration</c>.</returns>
    /// <exception cref="StorageException">
    /// The database is newer than the program, or a migration is not what it was when it was applied; or one is missing and must not be
    /// applied, or failed.
    /// </exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(IReadOnlyList<MigrationModule> modules, bool mayApply)
    {
        var applied = new List<string>();
        await using var connection = await connections.OpenAsync();
        foreach (var module in Migration.WithKernel(modules))
        {
            var known = Migration.Load(module, Suffix);
            while (await ApplyNextAsync(connection, module, known, mayApply) is { } done) applied.Add($"{module.Name}/{done.Name}");
        }

        return applied;
    }

    /// <summary>Applies the first that is missing.</summary>
    /// <returns>Null if none is.</returns>
    private async Task<Migration?> ApplyNextAsync(NpgsqlConnection connection, MigrationModule module, List<Migration> known, bool mayApply)
    {
        Migration? next = null;
        try
        {
            await ExecuteAsync(connection, Begin);
            await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock($1)", AdvisoryLock.Migrate);
            next = Migration.Missing(module, known, await ReadAppliedAsync(connection, module)).FirstOrDefault();
            if (next is not null && !mayApply)
            {
                throw new StorageException($"The database lacks migration {module.Name}/{next.Name}, and Turnpike:Storage:Migrate is "
                    + "false. Run `turnpike migrate` with this program first.");
            }

            if (next is not null) await ApplyAsync(connection, next);
            await ExecuteAsync(connection, "COMMIT");
        }
        catch (Exception exception)
        {
            await PostgresConnections.TryRollBackAsync(connection);
            if (!PostgresFailure.IsCause(exception)) throw;
            var failure = new PostgresFailure(exception, $"migration {module.Name}/{next?.Name}");
            throw failure.AsUnavailable() as StorageException
                ?? new StorageException($"Migration {module.Name}/{next?.Name} failed and was undone: {failure.Reason}", failure);
        }

        if (next is not null) log.MigrationApplied(module.Name, next.Name);
        return next;
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration)
    {
        await ExecuteAsync(connection, migration.Sql);
        await ExecuteAsync(connection, Record, migration.Module.Name, migration.Number, migration.Name, migration.Hash,
            clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private static async Task<List<(long Number, string Name, byte[] Hash)>> ReadAppliedAsync(
        NpgsqlConnection connection, MigrationModule module)
    {
        var applied = new List<(long, string, byte[])>();
        await using var exists = new NpgsqlCommand("SELECT to_regclass('migration') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync() is not true) return applied;
        await using var command = new NpgsqlCommand(
            "SELECT number, name, hash FROM migration WHERE module = $1 ORDER BY number", connection);
        PostgresValues.Add(command.Parameters, module.Name);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) applied.Add((reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params SqlValue[] args)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        PostgresValues.Add(command.Parameters, args);
        await command.ExecuteNonQueryAsync();
    }
}
