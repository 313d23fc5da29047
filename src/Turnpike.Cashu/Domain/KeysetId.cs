using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>A keyset's id: version 00 (8 bytes, 16 digits) or 01 (33 bytes, 66 digits). The default is no keyset's.</summary>
/// <remarks>docs/specs/cashu.md 4.3. Vectors: tests/vectors/cashu/keyset_id.json.</remarks>
public readonly struct KeysetId : IEquatable<KeysetId>
{
    /// <summary>Bytes of an id of version 00.</summary>
    public const int ShortLength = 8;

    /// <summary>Bytes of an id of version 01.</summary>
    public const int LongLength = 33;

    private readonly Bytes _bytes;
    private readonly byte _length;

    internal KeysetId(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes);
        _length = (byte)bytes.Length;
    }

    /// <summary>8 or 33 bytes; none for the default.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <summary>The first byte: 0 or 1.</summary>
    public int Version => _bytes[0];

    /// <summary>Reads an id. What another version has is no id here.</summary>
    /// <param name="utf8">16 or 66 lower-case hexadecimal digits.</param>
    /// <param name="id">The id; the default after false.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out KeysetId id)
    {
        id = default;
        if (utf8.Length is not (2 * ShortLength or 2 * LongLength)) return false;
        Span<byte> bytes = stackalloc byte[utf8.Length / 2];
        return Hex.TryDecodeLower(utf8, bytes) && TryRead(bytes, out id);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out KeysetId)"/>
    /// <param name="text">16 or 66 lower-case hexadecimal digits.</param>
    /// <param name="id">The id; the default after false.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out KeysetId id)
    {
        id = default;
        if (text.Length is not (2 * ShortLength or 2 * LongLength)) return false;
        Span<byte> bytes = stackalloc byte[text.Length / 2];
        return Hex.TryDecodeLower(text, bytes) && TryRead(bytes, out id);
    }

    /// <summary>The id of keys.</summary>
    /// <param name="version">0 or 1.</param>
    /// <param name="unit">The keyset's unit.</param>
    /// <param name="inputFeePpk">Thousandths of the unit for each input.</param>
    /// <param name="finalExpiry">Unix seconds, or null.</param>
    /// <param name="keys">The public keys, by rising amount.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another version.</exception>
    public static KeysetId Of(int version, string unit, int inputFeePpk, long? finalExpiry, IReadOnlyList<AmountKey> keys) => version switch
    {
        0 => KeysetIdHash.Version0(keys),
        1 => KeysetIdHash.Version1(unit, inputFeePpk, finalExpiry, keys),
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "Keysets have version 0 or 1."),
    };

    /// <inheritdoc/>
    public bool Equals(KeysetId other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KeysetId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>16 or 66 hexadecimal digits in lower case.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <summary>The same id.</summary>
    public static bool operator ==(KeysetId left, KeysetId right) => left.Equals(right);

    /// <summary>Another id.</summary>
    public static bool operator !=(KeysetId left, KeysetId right) => !left.Equals(right);

    private static bool TryRead(ReadOnlySpan<byte> bytes, out KeysetId id)
    {
        var known = bytes[0] == (bytes.Length == ShortLength ? 0 : 1);
        id = known ? new KeysetId(bytes) : default;
        return known;
    }

    [InlineArray(LongLength)]
    private struct Bytes
    {
        private byte _first;
    }
}

/// <summary>One of a keyset's public keys.</summary>
/// <param name="Amount">What a signature with it is worth, in the keyset's unit: 1 to 2^63.</param>
/// <param name="Key">K = k·G.</param>
public readonly record struct AmountKey(ulong Amount, PublicKey Key);
