using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Crypto;

/// <summary>A point on secp256k1, compressed: 33 bytes, 02 or 03 and then x big-endian (SEC 1, 2.3.3).</summary>
/// <remarks>Every value but the default, which is 33 zero bytes and which all operations refuse, is on the curve.</remarks>
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes of the compressed form.</summary>
    public const int Length = 33;

    /// <summary>Bytes of the uncompressed form: 04, x, y.</summary>
    public const int UncompressedLength = 65;

    /// <summary>Bytes of x alone.</summary>
    public const int XLength = 32;

    private readonly Bytes _bytes;

    /// <summary>For bytes that the library wrote.</summary>
    internal PublicKey(ReadOnlySpan<byte> compressed) => compressed.CopyTo(_bytes);

    /// <summary>The 33 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The 32 bytes of x, big-endian: the key as BIP 340 has it, which means the point with the even y.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> X => Span[1..];

    /// <summary>True if y is odd: the first byte is 03.</summary>
    public bool IsOdd => _bytes[0] == 3;

    /// <summary>Reads the compressed (33 bytes) or the uncompressed form (65). The hybrid forms 06 and 07 are refused.</summary>
    /// <param name="bytes">From anywhere; any length.</param>
    /// <param name="key">The key; the default after false.</param>
    /// <returns>False if it is no point of the curve.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PublicKey key) => Secp256k1.TryReadPoint(bytes, out key);

    /// <summary>Reads x alone, and takes the point whose y is even.</summary>
    /// <param name="x">From anywhere; 32 bytes, another length is false.</param>
    /// <param name="key">The key; the default after false.</param>
    /// <returns>False if no point has this x.</returns>
    /// <remarks>BIP 340, lift_x.</remarks>
    public static bool TryReadX(ReadOnlySpan<byte> x, out PublicKey key)
    {
        key = default;
        if (x.Length != XLength) return false;
        Span<byte> compressed = stackalloc byte[Length];
        compressed[0] = 2;
        x.CopyTo(compressed[1..]);
        return TryRead(compressed, out key);
    }

    /// <summary>Reads either form from hexadecimal digits of either case, without a prefix.</summary>
    /// <param name="hex">66 or 130 digits as UTF-8; another length is false.</param>
    /// <param name="key">The key; the default after false.</param>
    public static bool TryParse(ReadOnlySpan<byte> hex, out PublicKey key)
    {
        key = default;
        if (hex.Length is not (2 * Length or 2 * UncompressedLength)) return false;
        Span<byte> bytes = stackalloc byte[UncompressedLength];
        bytes = bytes[..(hex.Length / 2)];
        return Hex.TryDecode(hex, bytes) && TryRead(bytes, out key);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out PublicKey)"/>
    /// <param name="hex">66 or 130 digits; another length is false.</param>
    /// <param name="key">The key; the default after false.</param>
    public static bool TryParse(ReadOnlySpan<char> hex, out PublicKey key)
    {
        key = default;
        if (hex.Length is not (2 * Length or 2 * UncompressedLength)) return false;
        Span<byte> bytes = stackalloc byte[UncompressedLength];
        bytes = bytes[..(hex.Length / 2)];
        return Hex.TryDecode(hex, bytes) && TryRead(bytes, out key);
    }

    /// <summary>Writes 04, x, y.</summary>
    /// <param name="uncompressed">Takes 65 bytes.</param>
    /// <returns>False if this is the default value.</returns>
    /// <exception cref="ArgumentException"><paramref name="uncompressed"/> has another length.</exception>
    public bool TryWriteUncompressed(Span<byte> uncompressed) => Secp256k1.TryWriteUncompressed(this, uncompressed);

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Seeded for each process: x can be chosen by the other side.
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>66 hexadecimal digits in lower case.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <summary>The same point.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Another point.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }
}
