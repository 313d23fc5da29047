using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Crypto;

/// <summary>
/// What whoever is paid over Lightning gives away for the payment: 32 bytes, a secret until then and the payer's proof after.
/// </summary>
public readonly struct Preimage : IEquatable<Preimage>
{
    /// <summary>Bytes of a preimage.</summary>
    public const int Length = 32;

    private readonly Bytes _bytes;

    private Preimage(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>SHA-256 of the bytes.</summary>
    public PaymentHash PaymentHash
    {
        get
        {
            Span<byte> hash = stackalloc byte[PaymentHash.Length];
            SHA256.HashData(Span, hash);
            PaymentHash.TryRead(hash, out var made);
            return made;
        }
    }

    /// <summary>Takes 32 bytes.</summary>
    /// <param name="bytes">From anywhere; another length is false.</param>
    /// <param name="preimage">The preimage; zeros after false.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Preimage preimage)
    {
        preimage = bytes.Length == Length ? new(bytes) : default;
        return bytes.Length == Length;
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    /// <param name="hex">From anywhere; another length is false.</param>
    /// <param name="preimage">The preimage; zeros after false.</param>
    public static bool TryParse(ReadOnlySpan<char> hex, out Preimage preimage)
    {
        Span<byte> bytes = stackalloc byte[Length];
        preimage = default;
        return Hex.TryDecode(hex, bytes) && TryRead(bytes, out preimage);
    }

    /// <summary>64 hexadecimal digits in lower case, for the wire. <see cref="ToString"/> does not say them: they are a secret.</summary>
    public string ToHex() => Hex.Encode(Span);

    /// <inheritdoc/>
    public bool Equals(Preimage other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Preimage other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => PaymentHash.GetHashCode();

    /// <summary>Whose preimage it is, never the preimage: so that none reaches a log.</summary>
    public override string ToString() => $"preimage of {PaymentHash}";

    /// <summary>The same preimage.</summary>
    public static bool operator ==(Preimage left, Preimage right) => left.Equals(right);

    /// <summary>Another preimage.</summary>
    public static bool operator !=(Preimage left, Preimage right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }
}
