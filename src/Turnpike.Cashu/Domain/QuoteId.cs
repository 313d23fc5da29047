using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Cashu.Domain;

/// <summary>A quote's id, which whoever knows it may use: never logged, see <see cref="LogName"/>.</summary>
/// <param name="Value">1 to 128 bytes of UTF-8; ours are UUIDs of version 7.</param>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public readonly record struct QuoteId(string Value)
{
    /// <summary>The most bytes of an id.</summary>
    public const int MaxBytes = 128;

    /// <summary>Random bytes that an id takes.</summary>
    public const int RandomBytes = 10;

    /// <summary>What may stand in a log: 8 hexadecimal digits of the id's SHA-256. (The id's own first digits are the clock.)</summary>
    public string LogName => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Value)).AsSpan(0, 4));

    /// <summary>Takes an id from outside.</summary>
    /// <param name="text">The id.</param>
    /// <param name="id">The id; the default after false.</param>
    /// <returns>False if it is empty or longer than 128 bytes.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out QuoteId id)
    {
        var fits = !string.IsNullOrEmpty(text) && Encoding.UTF8.GetByteCount(text) <= MaxBytes;
        id = fits ? new QuoteId(text!) : default;
        return fits;
    }

    /// <summary>A new id: UUID version 7 with 74 random bits.</summary>
    /// <param name="unixMilliseconds">Now.</param>
    /// <param name="random">10 bytes from a cryptographic generator.</param>
    /// <exception cref="ArgumentException">Not 10 bytes.</exception>
    public static QuoteId Create(long unixMilliseconds, ReadOnlySpan<byte> random)
    {
        if (random.Length != RandomBytes) throw new ArgumentException($"An id takes {RandomBytes} random bytes.", nameof(random));
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, unixMilliseconds << 16);
        random.CopyTo(bytes[6..]);
        bytes[6] = (byte)(0x70 | bytes[6] & 0x0f);
        bytes[8] = (byte)(0x80 | bytes[8] & 0x3f);
        return new QuoteId(new Guid(bytes, bigEndian: true).ToString());
    }

    /// <summary>Not the id: see <see cref="LogName"/>.</summary>
    public override string ToString() => $"quote #{(Value is null ? "" : LogName)}";
}
