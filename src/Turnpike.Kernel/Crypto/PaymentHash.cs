using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Crypto;

/// <summary>What a Lightning payment is known by: SHA-256 of its <see cref="Preimage"/>, 32 bytes.</summary>
public readonly struct PaymentHash : IEquatable<PaymentHash>
{
    /// <summary>Bytes of a payment hash.</summary>
    public const int Length = 32;

    private readonly Bytes _bytes;

    private PaymentHash(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Takes 32 bytes.</summary>
    /// <param name="bytes">From anywhere; another length is false.</param>
    /// <param name="hash">The hash; zeros after false.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out PaymentHash hash)
    {
        hash = bytes.Length == Length ? new(bytes) : default;
        return bytes.Length == Length;
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    /// <param name="hex">From anywhere; another length is false.</param>
    /// <param name="hash">The hash; zeros after false.</param>
    public static bool TryParse(ReadOnlySpan<char> hex, out PaymentHash hash)
    {
        Span<byte> bytes = stackalloc byte[Length];
        hash = default;
        return Hex.TryDecode(hex, bytes) && TryRead(bytes, out hash);
    }

    /// <inheritdoc/>
    public bool Equals(PaymentHash other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PaymentHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <summary>The same payment.</summary>
    public static bool operator ==(PaymentHash left, PaymentHash right) => left.Equals(right);

    /// <summary>Another payment.</summary>
    public static bool operator !=(PaymentHash left, PaymentHash right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }
}
