using System.Diagnostics;
using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

/// <summary>
/// The curve of Bitcoin and Ethereum over libsecp256k1: secret keys here; points, ECDSA, recovery, BIP 340 and ECDH in the other parts.
/// All numbers are 32 bytes, big-endian. Safe to call from any number of threads; verification allocates nothing.
/// </summary>
/// <remarks>
/// What the other side can get wrong (keys, signatures) is false, whatever its length. What only we can get wrong (the length of a hash
/// or of the room for a result, a secret key of ours that is none) is an <see cref="ArgumentException"/>.
/// </remarks>
public static unsafe partial class Secp256k1
{
    /// <summary>Bytes of a secret key: 1 to the group's order less 1.</summary>
    public const int SecretKeyLength = 32;

    /// <summary>Bytes of a number added to or multiplied with a key.</summary>
    public const int TweakLength = 32;

    /// <summary>Bytes of what ECDSA signs.</summary>
    public const int HashLength = 32;

    /// <summary>Bytes of a signature: r and s (ECDSA), or R's x and s (BIP 340).</summary>
    public const int SignatureLength = 64;

    /// <summary>True if the bytes are a secret key: 32 of them, not 0 and below the group's order.</summary>
    public static bool IsSecretKey(ReadOnlySpan<byte> secretKey)
    {
        if (secretKey.Length != SecretKeyLength) return false;
        fixed (byte* secret = secretKey) return secp256k1_ec_seckey_verify(Context, secret) == 1;
    }

    /// <summary>The public key of a secret key.</summary>
    /// <param name="secretKey">Any bytes.</param>
    /// <param name="key">The key; the default after false.</param>
    /// <returns>False if <see cref="IsSecretKey"/> is.</returns>
    public static bool TryPublicKey(ReadOnlySpan<byte> secretKey, out PublicKey key)
    {
        key = default;
        if (secretKey.Length != SecretKeyLength) return false;
        Point point;
        fixed (byte* secret = secretKey)
        {
            if (secp256k1_ec_pubkey_create(Context, &point, secret) != 1) return false;
        }
        key = Compress(&point);
        return true;
    }

    /// <summary>Adds to a secret key, modulo the group's order.</summary>
    /// <param name="secretKey">32 bytes, changed in place; zeros after false.</param>
    /// <param name="tweak">32 bytes, below the group's order; may be 0.</param>
    /// <returns>False if the key is none, the tweak is too large or the sum is 0.</returns>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static bool TryTweakAdd(Span<byte> secretKey, ReadOnlySpan<byte> tweak)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        Lengths.Require(tweak.Length, TweakLength);
        fixed (byte* secret = secretKey, by = tweak) return secp256k1_ec_seckey_tweak_add(Context, secret, by) == 1;
    }

    /// <summary>Multiplies a secret key, modulo the group's order.</summary>
    /// <param name="secretKey">32 bytes, changed in place; zeros after false.</param>
    /// <param name="tweak">32 bytes, not 0 and below the group's order.</param>
    /// <returns>False if the key or the tweak is none.</returns>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static bool TryTweakMul(Span<byte> secretKey, ReadOnlySpan<byte> tweak)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        Lengths.Require(tweak.Length, TweakLength);
        fixed (byte* secret = secretKey, by = tweak) return secp256k1_ec_seckey_tweak_mul(Context, secret, by) == 1;
    }

    /// <summary>Takes a secret key from the group's order.</summary>
    /// <param name="secretKey">32 bytes, changed in place; zeros after false.</param>
    /// <returns>False if the key is none.</returns>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static bool TryNegate(Span<byte> secretKey)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        fixed (byte* secret = secretKey) return secp256k1_ec_seckey_negate(Context, secret) == 1;
    }

    /// <summary>For calls that fail only if a point or signature is not one that the library wrote.</summary>
    private static void Demand(int code)
    {
        if (code != 1) throw new UnreachableException("libsecp256k1 refused what it made itself.");
    }

    private static void DemandSecretKey(bool taken)
    {
        if (!taken) throw new ArgumentException("The secret key is 0 or not below the group's order.");
    }
}
