using System.Security.Cryptography;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands.PlanetmintNode;

/// <summary>Private keys in files for their owner only, or in the environment: never on a command line, which everyone can read.</summary>
internal static class KeyFile
{
    /// <summary>The environment variable that holds a private key.</summary>
    public const string Variable = "TURNPIKE_PLANETMINT_KEY";

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The key of a file, or of the environment where no file is named.</summary>
    /// <exception cref="CommandException">There is none, or others can read it, or it is no key.</exception>
    public static OwnerKeyPair Read(FileInfo? file)
    {
        if (file is null)
        {
            var value = Environment.GetEnvironmentVariable(Variable)
                ?? throw new CommandException($"which key? Give --key FILE, or the key itself in the variable {Variable}.");
            return OwnerKeyPair.TryParse(value.Trim(), out var given)
                ? given
                : throw new CommandException($"{Variable} holds no private key (32 bytes in base58).");
        }
        if (!file.Exists) throw new CommandException($"There is no {file.FullName}; 'turnpike planetmint keys {file}' makes one.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.FullName) & Others) != 0)
            throw new CommandException($"{file.FullName} can be read by others than its owner; 'chmod 600 {file}' mends that.");
        return OwnerKeyPair.TryParse(File.ReadAllText(file.FullName).Trim(), out var pair)
            ? pair
            : throw new CommandException($"{file.FullName} holds no private key (32 bytes in base58).");
    }

    /// <summary>Makes a new file with a key, for its owner only.</summary>
    /// <param name="path">A file that does not exist yet.</param>
    /// <param name="seed">32 bytes; empty for a new key.</param>
    public static OwnerKeyPair Create(string path, ReadOnlySpan<byte> seed)
    {
        var pair = OwnerKeyPair.FromSeed(seed.IsEmpty ? RandomNumberGenerator.GetBytes(32) : seed);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner;
        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.WriteLine(pair.ExportPrivateKey());
        return pair;
    }
}
