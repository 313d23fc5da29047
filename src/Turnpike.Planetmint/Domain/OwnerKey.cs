using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>An owner: an ed25519 public key, 32 bytes, written in base58 (Bitcoin's alphabet), 43 or 44 characters.</summary>
/// <remarks>planetmint.md 4.1. Whether the bytes are a point of the curve shows only when a signature is verified.</remarks>
public readonly struct OwnerKey : IEquatable<OwnerKey>, IComparable<OwnerKey>
{
    /// <summary>In bytes.</summary>
    public const int Length = 32;

    private readonly Bytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    /// <param name="bytes">Exactly 32.</param>
    public OwnerKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        bytes.CopyTo(_bytes);
    }

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads base58 of exactly 32 bytes.</summary>
    /// <param name="base58">43 or 44 characters; keys with fewer, which begin with zero bytes, are refused as the schema does.</param>
    /// <param name="key">The key.</param>
    public static bool TryParse(ReadOnlySpan<byte> base58, out OwnerKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (base58.Length is not (43 or 44) || !Base58.TryDecode32(base58, bytes)) return false;
        key = new OwnerKey(bytes);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out OwnerKey)"/>
    public static bool TryParse(ReadOnlySpan<char> base58, out OwnerKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (base58.Length is not (43 or 44) || !Base58.TryDecode32(base58, bytes)) return false;
        key = new OwnerKey(bytes);
        return true;
    }

    /// <summary>The bytes of all distinct keys in ascending order, one after another: equal for equal sets.</summary>
    /// <param name="keys">Any keys.</param>
    /// <returns>A multiple of 32 bytes.</returns>
    public static byte[] SetBytes(IReadOnlyList<OwnerKey> keys)
    {
        if (keys.Count == 1) return keys[0].Span.ToArray();
        OwnerKey[] sorted = [.. new HashSet<OwnerKey>(keys)];
        Array.Sort(sorted);
        var bytes = new byte[sorted.Length * Length];
        for (var i = 0; i < sorted.Length; i++) sorted[i].Span.CopyTo(bytes.AsSpan(i * Length));
        return bytes;
    }

    /// <summary>Writes base58.</summary>
    /// <param name="utf8">Takes 44 bytes.</param>
    /// <returns>How many were written.</returns>
    public int WriteBase58(Span<byte> utf8) => Base58.Encode(Span, utf8);

    /// <inheritdoc/>
    public bool Equals(OwnerKey other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is OwnerKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(BinaryPrimitives.ReadInt64LittleEndian(Span), BinaryPrimitives.ReadInt64LittleEndian(Span[24..]));

    /// <inheritdoc/>
    public int CompareTo(OwnerKey other) => Span.SequenceCompareTo(other.Span);

    /// <summary>In base58.</summary>
    public override string ToString() => Base58.Encode(Span);

    /// <summary>Same bytes.</summary>
    public static bool operator ==(OwnerKey left, OwnerKey right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(OwnerKey left, OwnerKey right) => !left.Equals(right);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(OwnerKey left, OwnerKey right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(OwnerKey left, OwnerKey right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(OwnerKey left, OwnerKey right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(OwnerKey left, OwnerKey right) => left.CompareTo(right) >= 0;

    [InlineArray(Length)] private struct Bytes { private byte _first; }
}
