using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Kernel.Crypto;

/// <summary>The 32 bytes from which an installation derives every key of its own. Never logged, never written but to its file.</summary>
/// <remarks>The file holds 64 lower-case hex characters and a line feed, mode 0600.</remarks>
public sealed class Seed
{
    /// <summary>Bytes of a seed.</summary>
    public const int Length = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly byte[] _bytes;

    private Seed(byte[] bytes) => _bytes = bytes;

    /// <summary>A seed of known bytes (vectors, simulated installations).</summary>
    /// <param name="bytes">Exactly 32 bytes; copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static Seed FromBytes(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length ? new Seed(bytes.ToArray()) : throw new ArgumentException("A seed has 32 bytes.", nameof(bytes));

    /// <summary>Makes a new seed and its file, readable by the owner only, on disk before this returns.</summary>
    /// <param name="file">A path that does not exist yet.</param>
    /// <exception cref="SeedException">The file exists, or cannot be written.</exception>
    public static Seed Create(string file)
    {
        var bytes = RandomNumberGenerator.GetBytes(Length);
        // Written beside and moved into place: a crash leaves no half seed.
        var draft = $"{file}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes) + "\n"));
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: false);
            DurableFile.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);
            return new Seed(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(draft)) File.Delete(draft);
            throw new SeedException(File.Exists(file)
                ? $"{file} exists already; a seed is never overwritten."
                : $"The seed file {file} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Reads the seed of an installation.</summary>
    /// <param name="file">64 hex characters of either case, white space around them allowed; no rights for group or others.</param>
    /// <exception cref="SeedException">Missing, unreadable, readable by others, or not 64 hex characters.</exception>
    public static Seed Read(string file)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
                throw new SeedException($"The seed file {file} may be read by others; take their rights away with: chmod 600 '{file}'");
            var text = File.ReadAllText(file).Trim();
            if (text.Length != 2 * Length || !text.All(char.IsAsciiHexDigit))
                throw new SeedException($"The seed file {file} must hold exactly 64 hexadecimal characters.");
            return new Seed(Convert.FromHexString(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SeedException(e is FileNotFoundException or DirectoryNotFoundException
                ? $"The seed file {file} does not exist; `turnpike seed new FILE` makes one."
                : $"The seed file {file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Derives key material: HKDF-SHA256 of the seed, no salt, with the info <c>turnpike/{system}/{purpose}</c>.</summary>
    /// <param name="system">The protocol, lower-case, for example <c>planetmint</c>.</param>
    /// <param name="purpose">What the bytes are for, unique within the system.</param>
    /// <param name="output">Filled; at most 8160 bytes (RFC 5869).</param>
    public void Derive(string system, string purpose, Span<byte> output)
    {
        ArgumentException.ThrowIfNullOrEmpty(system);
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _bytes, output, [], Encoding.UTF8.GetBytes($"turnpike/{system}/{purpose}"));
    }

    /// <summary>Says nothing of the bytes, so that a seed may stand in a log by mistake.</summary>
    public override string ToString() => "Seed";
}
