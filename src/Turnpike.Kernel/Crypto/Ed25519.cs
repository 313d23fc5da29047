using System.Security.Cryptography;

namespace Turnpike.Kernel.Crypto;

/// <summary>Ed25519 signatures over libsodium. All keys and signatures are raw bytes, little-endian as the standard has them.</summary>
/// <remarks>RFC 8032, 5.1. Vectors: tests/vectors/crypto/ed25519.json. Safe to call from any number of threads.</remarks>
public static unsafe class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Bytes of a seed, which RFC 8032 calls the private key.</summary>
    public const int SeedLength = 32;

    /// <summary>Bytes of a signature: R and then S.</summary>
    public const int SignatureLength = 64;

    /// <summary>Bytes of an expanded key: the seed and then its public key.</summary>
    public const int ExpandedKeyLength = 64;

    /// <summary>The public key that belongs to a seed.</summary>
    /// <param name="seed">32 bytes, any value.</param>
    /// <param name="publicKey">Takes 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void PublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        Lengths.Require(publicKey.Length, PublicKeyLength);
        Span<byte> expanded = stackalloc byte[ExpandedKeyLength];
        Expand(seed, expanded);
        expanded[SeedLength..].CopyTo(publicKey);
        CryptographicOperations.ZeroMemory(expanded);
    }

    /// <summary>Makes of a seed what <see cref="SignExpanded"/> takes, for keys that sign often.</summary>
    /// <param name="seed">32 bytes, any value.</param>
    /// <param name="expandedKey">Takes 64 bytes: the seed, then the public key. As secret as the seed.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Expand(ReadOnlySpan<byte> seed, Span<byte> expandedKey)
    {
        Lengths.Require(seed.Length, SeedLength);
        Lengths.Require(expandedKey.Length, ExpandedKeyLength);
        var publicKey = stackalloc byte[PublicKeyLength];
        fixed (byte* from = seed, to = expandedKey) Demand(SodiumNative.crypto_sign_seed_keypair(publicKey, to, from));
    }

    /// <summary>Signs with a seed. Twice the work of <see cref="SignExpanded"/>, as the public key is computed first.</summary>
    /// <param name="seed">32 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <param name="signature">Takes 64 bytes; the same ones for the same seed and message.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Sign(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> expanded = stackalloc byte[ExpandedKeyLength];
        Expand(seed, expanded);
        SignExpanded(expanded, message, signature);
        CryptographicOperations.ZeroMemory(expanded);
    }

    /// <summary>Signs with a key from <see cref="Expand"/>.</summary>
    /// <param name="expandedKey">
    /// 64 bytes that <see cref="Expand"/> made. With another public key in it the signature would give away the seed.
    /// </param>
    /// <param name="message">Any length.</param>
    /// <param name="signature">Takes 64 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void SignExpanded(ReadOnlySpan<byte> expandedKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Lengths.Require(expandedKey.Length, ExpandedKeyLength);
        Lengths.Require(signature.Length, SignatureLength);
        fixed (byte* key = expandedKey, data = message, to = signature)
            Demand(SodiumNative.crypto_sign_detached(to, null, data, (ulong)message.Length, key));
    }

    /// <summary>True if the signature is valid. Keys of small order and encodings that are not canonical are refused.</summary>
    /// <param name="publicKey">32 bytes; another length is false.</param>
    /// <param name="message">Any length.</param>
    /// <param name="signature">64 bytes; another length is false.</param>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyLength || signature.Length != SignatureLength) return false;
        fixed (byte* key = publicKey, data = message, with = signature)
            return SodiumNative.crypto_sign_verify_detached(with, data, (ulong)message.Length, key) == 0;
    }

    private static void Demand(int code)
    {
        if (code != 0) throw new CryptographicException("libsodium refused arguments of the right lengths.");
    }
}
