using FsCheck;
using FsCheck.Fluent;

namespace Turnpike.Kernel.Tests;

internal static class Arbitraries
{
    public static Gen<byte[]> Bytes(int length) => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length);

    public static Gen<byte[]> BytesUpTo(int length) => Gen.Choose(0, length).SelectMany(Bytes);

    /// <summary>A copy with one bit changed; <paramref name="bit"/> counts on from the start where it is too large.</summary>
    public static byte[] Flip(byte[] bytes, int bit)
    {
        var changed = bytes.ToArray();
        changed[bit / 8 % bytes.Length] ^= (byte)(1 << bit % 8);
        return changed;
    }
}
