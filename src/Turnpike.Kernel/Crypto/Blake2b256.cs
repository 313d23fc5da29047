using System.Security.Cryptography;

namespace Turnpike.Kernel.Crypto;

/// <summary>BLAKE2b with a digest of 32 bytes and no key, over libsodium.</summary>
/// <remarks>RFC 7693. Not the first half of BLAKE2b-512: the digest's length is part of what is hashed.</remarks>
public static unsafe class Blake2b256
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = 32;

    /// <summary>Hashes bytes of any length.</summary>
    /// <param name="data">What is hashed.</param>
    /// <param name="hash32">Takes 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="hash32"/> has another length.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash32)
    {
        Lengths.Require(hash32.Length, Length);
        fixed (byte* from = data, to = hash32)
        {
            if (SodiumNative.crypto_generichash(to, Length, from, (ulong)data.Length, null, 0) != 0)
                throw new CryptographicException("libsodium refused to hash.");
        }
    }
}
