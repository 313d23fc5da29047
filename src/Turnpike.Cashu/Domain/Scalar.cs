using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>32 bytes, big-endian: a number modulo the group's order, or a hash. Not checked against the order.</summary>
public readonly struct Scalar : IEquatable<Scalar>
{
    /// <summary>Bytes of a scalar.</summary>
    public const int Length = 32;

    private readonly Bytes _bytes;

    /// <summary>Takes 32 bytes.</summary>
    /// <param name="bytes">Copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Scalar(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length) throw new ArgumentException($"A scalar has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        bytes.CopyTo(_bytes);
    }

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    /// <param name="utf8">From anywhere.</param>
    /// <param name="scalar">The scalar; the default after false.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Scalar scalar)
    {
        Span<byte> bytes = stackalloc byte[Length];
        var read = Hex.TryDecode(utf8, bytes);
        scalar = read ? new Scalar(bytes) : default;
        return read;
    }

    /// <inheritdoc/>
    public bool Equals(Scalar other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Scalar other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <summary>The same bytes.</summary>
    public static bool operator ==(Scalar left, Scalar right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(Scalar left, Scalar right) => !left.Equals(right);

    [InlineArray(Length)]
    private struct Bytes
    {
        private byte _first;
    }
}
