using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel.Storage;

/// <summary>Brings a file to this program's tables, each migration in a transaction of its own.</summary>
internal sealed class SqliteMigrations(SqliteConnection connection, TimeProvider clock, ILogger log)
{
    private const string Suffix = ".sqlite.sql";

    /// <summary>Applies what is missing, the kernel's first.</summary>
    /// <exception cref="StorageException">
    /// The file is newer than the program, or a migration is not what it was when it was applied.
    /// </exception>
    public void Apply(IReadOnlyList<MigrationModule> modules)
    {
        foreach (var module in Migration.WithKernel(modules))
        {
            foreach (var migration in Migration.Missing(module, Migration.Load(module, Suffix), ReadApplied(module))) Apply(migration);
        }
    }

    private void Apply(Migration migration)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            connection.Script(migration.Sql);
            connection.Execute("INSERT INTO migration (module, number, name, hash, applied_at) VALUES ($1, $2, $3, $4, $5)",
                migration.Module.Name, migration.Number, migration.Name, migration.Hash, clock.GetUtcNow().ToUnixTimeMilliseconds());
            connection.Execute("COMMIT");
        }
        catch (SqliteFailure failure)
        {
            if (!connection.InAutocommit) connection.Execute("ROLLBACK");
            throw failure.AsUnavailable() as StorageException ?? new StorageException(
                $"Migration {migration.Module.Name}/{migration.Name} failed and was undone: {failure.Reason}", failure);
        }

        log.MigrationApplied(migration.Module.Name, migration.Name);
    }

    private List<(long Number, string Name, byte[] Hash)> ReadApplied(MigrationModule module)
    {
        var applied = new List<(long, string, byte[])>();
        var tables = connection.First("SELECT count(*) FROM sqlite_schema WHERE name = 'migration'", static row => row.Int64(0));
        if (tables == 0) return applied;
        connection.List("SELECT number, name, hash FROM migration WHERE module = $1 ORDER BY number",
            static row => (row.Int64(0), row.Text(1), row.Bytes(2)), [module.Name], applied);
        return applied;
    }
}
