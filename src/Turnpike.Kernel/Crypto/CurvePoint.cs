using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Crypto;

/// <summary>
/// A point on secp256k1 to calculate with: 65 bytes, 04 and then x and y big-endian. Handing it to the library costs no square root,
/// which is most of the price of a <see cref="PublicKey"/>.
/// </summary>
/// <remarks>Every value but the default, which is zeros and which all operations refuse, is on the curve.</remarks>
public readonly struct CurvePoint : IEquatable<CurvePoint>
{
    /// <summary>Bytes of the uncompressed form.</summary>
    public const int Length = PublicKey.UncompressedLength;

    private readonly Bytes _bytes;

    /// <summary>For bytes that the library wrote.</summary>
    internal CurvePoint(ReadOnlySpan<byte> uncompressed) => uncompressed.CopyTo(_bytes);

    /// <summary>The 65 bytes: 04, x, y.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The same point in 33 bytes; the default for the default.</summary>
    public PublicKey Compressed
    {
        get
        {
            if (_bytes[0] != 4) return default;
            Span<byte> bytes = stackalloc byte[PublicKey.Length];
            CopyCompressed(bytes);
            return new PublicKey(bytes);
        }
    }

    /// <summary>Reads the compressed (33 bytes) or the uncompressed form (65). The hybrid forms 06 and 07 are refused.</summary>
    /// <param name="bytes">From anywhere; any length.</param>
    /// <param name="point">The point; the default after false.</param>
    /// <returns>False if it is no point of the curve.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CurvePoint point) => Secp256k1.TryReadPoint(bytes, out point);

    /// <summary>The same point as a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="point">The point; the default after false.</param>
    /// <returns>False if the key is the default.</returns>
    public static bool TryFrom(in PublicKey key, out CurvePoint point) => Secp256k1.TryReadPoint(key.Span, out point);

    /// <summary>Writes 02 or 03 and x.</summary>
    /// <param name="compressed">Takes 33 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="compressed"/> has another length.</exception>
    public void CopyCompressed(Span<byte> compressed)
    {
        Lengths.Require(compressed.Length, PublicKey.Length);
        compressed[0] = (byte)(2 | _bytes[Length - 1] & 1);
        Span.Slice(1, PublicKey.XLength).CopyTo(compressed[1..]);
    }

    /// <inheritdoc/>
    public bool Equals(CurvePoint other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CurvePoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Seeded for each process: x can be chosen by the other side.
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The compressed form: 66 hexadecimal digits in lower case.</summary>
    public override string ToString() => Hex.Encode(Compressed.Span);

    /// <summary>The same point.</summary>
    public static bool operator ==(CurvePoint left, CurvePoint right) => left.Equals(right);

    /// <summary>Another point.</summary>
    public static bool operator !=(CurvePoint left, CurvePoint right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }
}
