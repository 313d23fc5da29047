using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Turnpike.Kernel.Sockets;

/// <summary>The XOR that clients put over their payloads.</summary>
/// <remarks>RFC 6455, 5.3.</remarks>
internal static class Masking
{
    /// <summary>Masks or unmasks in place.</summary>
    /// <param name="data">Any length; its first byte is XORed with the key's first.</param>
    /// <param name="key">The four bytes of the key as they came, read little-endian.</param>
    /// <returns>The key for the byte after <paramref name="data"/>: rotated by the length.</returns>
    public static uint Apply(Span<byte> data, uint key)
    {
        var rest = data;
        if (Vector256.IsHardwareAccelerated && rest.Length >= Vector256<byte>.Count)
        {
            var mask = Vector256.Create(key).AsByte();
            var vectors = MemoryMarshal.Cast<byte, Vector256<byte>>(rest);
            foreach (ref var vector in vectors) vector ^= mask;
            rest = rest[(vectors.Length * Vector256<byte>.Count)..];
        }
        for (var i = 0; i < rest.Length; i++) rest[i] ^= unchecked((byte)(key >> (8 * (i & 3))));
        return BitOperations.RotateRight(key, 8 * (data.Length & 3));
    }
}
