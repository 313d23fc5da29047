using Turnpike.Kernel.Crypto;

namespace Turnpike.Server.Hosting;

/// <summary>The installation's seed: the file that <c>Turnpike:SeedFile</c> names, else <c>seed</c> in the data folder.</summary>
internal static class SeedFile
{
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
