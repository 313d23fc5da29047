using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

// Schnorr signatures as BIP 340 has them.
public static unsafe partial class Secp256k1
{
    /// <summary>Signs as BIP 340 has it, for the key's x.</summary>
    /// <param name="secretKey">32 bytes.</param>
    /// <param name="message">Any length; most protocols sign a hash of 32 bytes.</param>
    /// <param name="auxiliary">32 fresh random bytes, against attacks by faults; or none, which is the same as zeros.</param>
    /// <param name="signature">Takes 64 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length, or the secret key is none.</exception>
    public static void SignSchnorr(
        ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> auxiliary, Span<byte> signature)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        if (!auxiliary.IsEmpty) Lengths.Require(auxiliary.Length, 32);
        Lengths.Require(signature.Length, SignatureLength);
        KeyPair pair;
        SchnorrParameters parameters;
        fixed (byte* secret = secretKey, data = message, random = auxiliary, to = signature)
        {
            DemandSecretKey(secp256k1_keypair_create(Context, &pair, secret) == 1);
            // SECP256K1_SCHNORRSIG_EXTRAPARAMS_MAGIC
            (parameters.Magic[0], parameters.Magic[1], parameters.Magic[2], parameters.Magic[3]) = (0xda, 0x6f, 0xb3, 0x8c);
            parameters.NonceFunction = 0;
            parameters.NonceData = random;
            var made = secp256k1_schnorrsig_sign_custom(Context, to, data, (nuint)message.Length, &pair, &parameters);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<KeyPair>(ref pair)));
            if (made != 1) throw new CryptographicException("libsecp256k1 refused to sign.");
        }
    }

    /// <summary>True if a BIP 340 signature is valid.</summary>
    /// <param name="x">The public key: 32 bytes, from anywhere; of a <see cref="PublicKey"/> its <see cref="PublicKey.X"/>.</param>
    /// <param name="message">Any length.</param>
    /// <param name="signature">64 bytes, from anywhere.</param>
    public static bool VerifySchnorr(ReadOnlySpan<byte> x, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (x.Length != PublicKey.XLength || signature.Length != SignatureLength) return false;
        Point point;
        fixed (byte* key = x, data = message, with = signature)
        {
            return secp256k1_xonly_pubkey_parse(Context, &point, key) == 1
                && secp256k1_schnorrsig_verify(Context, with, data, (nuint)message.Length, &point) == 1;
        }
    }
}
