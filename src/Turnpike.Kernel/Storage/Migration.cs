using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Kernel.Storage;

/// <summary>A migration as the program has it.</summary>
internal sealed record Migration(MigrationModule Module, int Number, string Name, string Sql, byte[] Hash)
{
    /// <summary>The modules whose tables a store has: the kernel's first, each once.</summary>
    public static IEnumerable<MigrationModule> WithKernel(IReadOnlyList<MigrationModule> modules) =>
        modules.Prepend(MigrationModule.Kernel).DistinctBy(m => m.Name);

    /// <summary>A module's migrations in a store's dialect, in their order.</summary>
    /// <param name="module">Whose.</param>
    /// <param name="suffix">The dialect: what the resources' names end with.</param>
    public static List<Migration> Load(MigrationModule module, string suffix)
    {
        var migrations = module.Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(module.Name + "/", StringComparison.Ordinal) && n.EndsWith(suffix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select((resource, i) => Load(module, resource, resource[(module.Name.Length + 1)..^suffix.Length], i + 1))
            .ToList();
        return migrations.Count > 0 ? migrations
            : throw new InvalidOperationException($"Module {module.Name} has no migrations in {module.Assembly.GetName().Name}.");
    }

    /// <summary>Looks whether what a database has had is what the program knows.</summary>
    /// <returns>What it has not had yet.</returns>
    /// <exception cref="StorageException">
    /// The database is newer than the program, or a migration is not what it was when it was applied.
    /// </exception>
    public static IEnumerable<Migration> Missing(
        MigrationModule module, List<Migration> known, List<(long Number, string Name, byte[] Hash)> applied)
    {
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

        return known.Skip(applied.Count);
    }

    private static Migration Load(MigrationModule module, string resource, string name, int number)
    {
        if (!name.StartsWith($"{number:0000}_", StringComparison.Ordinal))
            throw new InvalidOperationException($"Migration {resource} should be number {number:0000}: they count from 1 without gaps.");
        using var stream = module.Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(module, number, name, Encoding.UTF8.GetString(bytes), SHA256.HashData(bytes));
    }
}
