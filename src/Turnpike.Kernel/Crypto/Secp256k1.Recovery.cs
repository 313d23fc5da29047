using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

// ECDSA from which the public key is found: Ethereum's and bolt11's form.
public static unsafe partial class Secp256k1
{
    /// <summary>Bytes of a signature from which the key is found: r, s, and the recovery id 0 to 3 (Ethereum's v is 27 more).</summary>
    public const int RecoverableSignatureLength = 65;

    /// <summary>Signs as <see cref="Sign"/> does, and adds the recovery id.</summary>
    /// <param name="secretKey">32 bytes.</param>
    /// <param name="hash">32 bytes: the hash of the message.</param>
    /// <param name="signature">Takes 65 bytes: r, s, recovery id 0 to 3.</param>
    /// <exception cref="ArgumentException">A span has another length, or the secret key is none.</exception>
    public static void SignRecoverable(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        Lengths.Require(hash.Length, HashLength);
        Lengths.Require(signature.Length, RecoverableSignatureLength);
        RecoverableSignature made;
        int recoveryId;
        fixed (byte* secret = secretKey, message = hash, to = signature)
        {
            DemandSecretKey(secp256k1_ecdsa_sign_recoverable(Context, &made, message, secret, 0, null) == 1);
            Demand(secp256k1_ecdsa_recoverable_signature_serialize_compact(Context, to, &recoveryId, &made));
        }
        signature[^1] = (byte)recoveryId;
    }

    /// <summary>Finds the key that signed. Almost any bytes are the signature of some key: whose it is remains to be asked.</summary>
    /// <param name="hash">32 bytes: the hash of the message.</param>
    /// <param name="signature">65 bytes, from anywhere: r, s, recovery id 0 to 3.</param>
    /// <param name="key">The key; the default after false.</param>
    /// <param name="allowHighS">Whether s may be above half the order. Ethereum's contracts refuse it.</param>
    /// <returns>False if it is no signature of any key.</returns>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has another length.</exception>
    public static bool TryRecover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, out PublicKey key, bool allowHighS = false)
    {
        Point point;
        key = default;
        if (!TryRecover(hash, signature, &point, allowHighS)) return false;
        key = Compress(&point);
        return true;
    }

    /// <summary>Finds the key that signed, uncompressed: what an Ethereum address is the hash of.</summary>
    /// <inheritdoc cref="TryRecover(ReadOnlySpan{byte}, ReadOnlySpan{byte}, out PublicKey, bool)"/>
    /// <param name="hash">32 bytes: the hash of the message.</param>
    /// <param name="signature">65 bytes, from anywhere: r, s, recovery id 0 to 3.</param>
    /// <param name="uncompressed">Takes 65 bytes: 04, x, y; untouched after false.</param>
    /// <param name="allowHighS">Whether s may be above half the order.</param>
    public static bool TryRecover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, Span<byte> uncompressed, bool allowHighS = false)
    {
        Lengths.Require(uncompressed.Length, PublicKey.UncompressedLength);
        Point point;
        if (!TryRecover(hash, signature, &point, allowHighS)) return false;
        Serialize(&point, uncompressed, Uncompressed);
        return true;
    }

    private static bool TryRecover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, Point* point, bool allowHighS)
    {
        Lengths.Require(hash.Length, HashLength);
        // Another recovery id would be an illegal argument.
        if (signature.Length != RecoverableSignatureLength || signature[^1] > 3) return false;
        RecoverableSignature given;
        Signature plain;
        fixed (byte* with = signature, message = hash)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, &plain, with) != 1) return false;
            if (!allowHighS && secp256k1_ecdsa_signature_normalize(Context, null, &plain) == 1) return false;
            return secp256k1_ecdsa_recoverable_signature_parse_compact(Context, &given, with, signature[^1]) == 1
                && secp256k1_ecdsa_recover(Context, point, &given, message) == 1;
        }
    }
}
