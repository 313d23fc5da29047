using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>
/// A point as a wallet wrote it: 66 hexadecimal digits of either case. Signatures are over this text, so it is kept as it came; whether it
/// is on the curve is not known yet.
/// </summary>
/// <remarks>docs/specs/cashu.md 4 and 6.</remarks>
public readonly struct PointText : IEquatable<PointText>
{
    /// <summary>Digits of a point.</summary>
    public const int Length = 2 * PublicKey.Length;

    private readonly Digits _digits;

    private PointText(ReadOnlySpan<byte> utf8) => utf8.CopyTo(_digits);

    /// <summary>The 66 digits as they came.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Utf8 => _digits;

    /// <summary>Takes a point's text.</summary>
    /// <param name="utf8">From anywhere.</param>
    /// <param name="point">The text; the default after false.</param>
    /// <returns>False unless it is 02 or 03 and 64 more hexadecimal digits.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out PointText point)
    {
        point = default;
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        if (!Hex.TryDecode(utf8, bytes) || bytes[0] is not (2 or 3)) return false;
        point = new PointText(utf8);
        return true;
    }

    /// <summary>The text that we write for a point: lower case.</summary>
    /// <param name="key">The point.</param>
    public static PointText Of(in PublicKey key)
    {
        Span<byte> utf8 = stackalloc byte[Length];
        Hex.Encode(key.Span, utf8);
        return new PointText(utf8);
    }

    /// <summary>Writes the 33 bytes, which need not be a point.</summary>
    /// <param name="bytes">Takes 33 bytes; zeros for the default.</param>
    public void CopyBytes(Span<byte> bytes)
    {
        if (!Hex.TryDecode(Utf8, bytes)) bytes.Clear();
    }

    /// <summary>Finds the point.</summary>
    /// <param name="point">The point; the default after false.</param>
    /// <returns>False if there is none on the curve.</returns>
    public bool TryGetPoint(out CurvePoint point)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        CopyBytes(bytes);
        return CurvePoint.TryRead(bytes, out point);
    }

    /// <summary>The same bytes, whatever the case of their digits.</summary>
    public bool Equals(PointText other) => Ascii.EqualsIgnoreCase(Utf8, other.Utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PointText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[PublicKey.Length];
        CopyBytes(bytes);
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <summary>The digits as they came.</summary>
    public override string ToString() => Encoding.ASCII.GetString(Utf8);

    /// <summary>The same bytes.</summary>
    public static bool operator ==(PointText left, PointText right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(PointText left, PointText right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Digits
    {
        private byte _first;
    }
}
