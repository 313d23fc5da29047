using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>Maps a secret to a point whose discrete logarithm nobody knows.</summary>
/// <remarks>docs/specs/cashu.md 4.1. Vectors: tests/vectors/cashu/hash_to_curve.json.</remarks>
public static class HashToCurve
{
    private const int StackBytes = 4096;

    private static ReadOnlySpan<byte> Domain => "Secp256k1_HashToCurve_Cashu_"u8;

    /// <summary>
    /// Y: 02 and the first x = SHA256(SHA256("Secp256k1_HashToCurve_Cashu_" ‖ message) ‖ n) that is on the curve, n = 0, 1, … as 4 bytes
    /// little-endian. Allocates nothing.
    /// </summary>
    /// <param name="message">A proof's secret as UTF-8, as it was received; any length.</param>
    public static CurvePoint Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> attempt = stackalloc byte[SHA256.HashSizeInBytes + sizeof(uint)];
        HashMessage(message, attempt[..SHA256.HashSizeInBytes]);
        Span<byte> candidate = stackalloc byte[PublicKey.Length];
        candidate[0] = 2;
        for (var counter = 0u; ; counter++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(attempt[SHA256.HashSizeInBytes..], counter);
            SHA256.HashData(attempt, candidate[1..]);
            if (CurvePoint.TryRead(candidate, out var point)) return point;
            // Half of the candidates fail: this many in a row never happen.
            if (counter == ushort.MaxValue) throw new UnreachableException("No point was found for a secret.");
        }
    }

    private static void HashMessage(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        var length = Domain.Length + message.Length;
        var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        var whole = rented ?? stackalloc byte[StackBytes];
        Domain.CopyTo(whole);
        message.CopyTo(whole[Domain.Length..]);
        SHA256.HashData(whole[..length], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }
}
