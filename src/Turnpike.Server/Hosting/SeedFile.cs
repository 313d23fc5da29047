using Turnpike.Kernel.Crypto;

namespace Turnpike.Server.Hosting;

/// <summary>The installation's seed: the file that <c>Turnpike:SeedFile</c> names, else <c>seed</c> in the data folder.</summary>
internal static class SeedFile
{
    /// <summary>Nodes that share a database share a seed; one that each made for itself would be another on each.</summary>
    /// <exception cref="StartupException">None is named.</exception>
    public static void RequireNamed(string? named)
    {
        if (string.IsNullOrEmpty(named))
        {
            throw new StartupException("Turnpike:SeedFile is missing: over PostgreSQL all nodes have one seed. Make its file with "
                + "`turnpike seed new FILE` and name it on every node.", isUsage: true);
        }
    }

    /// <summary>Reads the named file, which must exist, or the data folder's own, which is made at the first start.</summary>
    /// <param name="data">The data folder; this process holds its lock, so nobody else makes the file meanwhile.</param>
    /// <param name="named">From the configuration, or null.</param>
    /// <param name="logger">Told when a seed is made.</param>
    /// <exception cref="SeedException">The file is missing, malformed or readable by others.</exception>
    public static Seed Open(string data, string? named, ILogger logger)
    {
        if (!string.IsNullOrEmpty(named)) return Seed.Read(named);
        var file = Path.Combine(data, "seed");
        if (File.Exists(file)) return Seed.Read(file);
        var seed = Seed.Create(file);
        logger.SeedMade(file);
        return seed;
    }
}
