using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>
/// A transaction's name: SHA3-256 of its canonical text with <c>id</c> null. 32 bytes, written as 64 lower-case hex digits.
/// </summary>
/// <remarks>planetmint.md 4.3. An asset is named by the transaction that made it.</remarks>
public readonly struct TransactionId : IEquatable<TransactionId>, IComparable<TransactionId>
{
    /// <summary>In bytes.</summary>
    public const int Length = 32;

    /// <summary>In hex digits.</summary>
    public const int HexLength = 2 * Length;

    private readonly Bytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    /// <param name="bytes">Exactly 32.</param>
    public TransactionId(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        bytes.CopyTo(_bytes);
    }

    /// <summary>The 32 bytes.</summary>
    [UnscopedRef] public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Reads 64 lower-case hex digits, as they stand in transactions.</summary>
    /// <param name="hex">The digits.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse(ReadOnlySpan<byte> hex, out TransactionId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (hex.Length != HexLength || !Hex.TryDecodeLower(hex, bytes)) return false;
        id = new TransactionId(bytes);
        return true;
    }

    /// <summary>Reads 64 hex digits of any case, as they may stand in queries.</summary>
    /// <param name="hex">The digits.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse(ReadOnlySpan<char> hex, out TransactionId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (hex.Length != HexLength || !Hex.TryDecode(hex, bytes)) return false;
        id = new TransactionId(bytes);
        return true;
    }

    /// <summary>Writes 64 lower-case hex digits.</summary>
    /// <param name="hex">Takes 64 bytes.</param>
    public void WriteHex(Span<byte> hex) => Hex.Encode(Span, hex[..HexLength]);

    /// <inheritdoc/>
    public bool Equals(TransactionId other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TransactionId other && Equals(other);

    /// <summary>The first four bytes: a hash already.</summary>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(Span);

    /// <inheritdoc/>
    public int CompareTo(TransactionId other) => Span.SequenceCompareTo(other.Span);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString() => Hex.Encode(Span);

    /// <summary>Same bytes.</summary>
    public static bool operator ==(TransactionId left, TransactionId right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(TransactionId left, TransactionId right) => !left.Equals(right);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(TransactionId left, TransactionId right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(TransactionId left, TransactionId right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(TransactionId left, TransactionId right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(TransactionId left, TransactionId right) => left.CompareTo(right) >= 0;

    [InlineArray(Length)] private struct Bytes { private byte _first; }
}
