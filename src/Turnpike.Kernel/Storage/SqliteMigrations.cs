using System.Reflection;
using System.Security.Cryptography;
using System.Text;
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
        foreach (var module in modules.Prepend(MigrationModule.Kernel).DistinctBy(m => m.Name)) Apply(module);
    }

    private void Apply(MigrationModule module)
    {
        var known = Load(module);
        var applied = ReadApplied(module);
        foreach (var (number, name, hash) in applied)
        {
            if (number > known.Count)
            {
                throw new StorageException($"The database was written by a newer program: it has migration {module.Name}/{name}, "
                    + $"this program knows {known.Count}. Start the newer program, or restore a backup made by this one.");
            }

            if (!known[(int)number - 1].Hash.AsSpan().SequenceEqual(hash))
            {
                throw new StorageException($"Migration {module.Name}/{name} is not what it was when it was applied to this database. "
                    + "Start the program that wrote it, or restore a backup.");
            }
        }

        foreach (var migration in known.Skip(applied.Count)) Apply(module, migration);
    }

    private void Apply(MigrationModule module, Migration migration)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            connection.Script(migration.Sql);
            connection.Execute("INSERT INTO migration (module, number, name, hash, applied_at) VALUES ($1, $2, $3, $4, $5)",
                module.Name, migration.Number, migration.Name, migration.Hash, clock.GetUtcNow().ToUnixTimeMilliseconds());
            connection.Execute("COMMIT");
        }
        catch (SqliteFailure failure)
        {
            if (!connection.InAutocommit) connection.Execute("ROLLBACK");
            throw failure.AsUnavailable() as StorageException
                ?? new StorageException($"Migration {module.Name}/{migration.Name} failed and was undone: {failure.Reason}", failure);
        }

        log.MigrationApplied(module.Name, migration.Name);
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

    private static List<Migration> Load(MigrationModule module)
    {
        var migrations = module.Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(module.Name + "/", StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select((name, i) => Load(module.Assembly, name, name[(module.Name.Length + 1)..^Suffix.Length], i + 1))
            .ToList();
        return migrations.Count > 0 ? migrations
            : throw new InvalidOperationException($"Module {module.Name} has no migrations in {module.Assembly.GetName().Name}.");
    }

    private static Migration Load(Assembly assembly, string resource, string name, int number)
    {
        if (!name.StartsWith($"{number:0000}_", StringComparison.Ordinal))
            throw new InvalidOperationException($"Migration {resource} should be number {number:0000}: they count from 1 without gaps.");
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(number, name, Encoding.UTF8.GetString(bytes), SHA256.HashData(bytes));
    }

    private sealed record Migration(int Number, string Name, string Sql, byte[] Hash);
}
