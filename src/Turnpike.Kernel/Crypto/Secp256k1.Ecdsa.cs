using static Turnpike.Kernel.Crypto.Secp256k1Native;

namespace Turnpike.Kernel.Crypto;

// ECDSA. Signatures are 64 bytes, r and then s; DER where a protocol has it so.
public static unsafe partial class Secp256k1
{
    /// <summary>The most bytes of a signature in DER.</summary>
    public const int MaxDerLength = 72;

    /// <summary>Signs with ECDSA. The nonce comes from key and hash, so the same ones give the same signature; s is low.</summary>
    /// <param name="secretKey">32 bytes.</param>
    /// <param name="hash">32 bytes: the hash of the message, not the message.</param>
    /// <param name="signature">Takes 64 bytes.</param>
    /// <exception cref="ArgumentException">A span has another length, or the secret key is none.</exception>
    /// <remarks>RFC 6979 with HMAC-SHA256.</remarks>
    public static void Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        Lengths.Require(secretKey.Length, SecretKeyLength);
        Lengths.Require(hash.Length, HashLength);
        Lengths.Require(signature.Length, SignatureLength);
        Signature made;
        fixed (byte* secret = secretKey, message = hash, to = signature)
        {
            DemandSecretKey(secp256k1_ecdsa_sign(Context, &made, message, secret, 0, null) == 1);
            Demand(secp256k1_ecdsa_signature_serialize_compact(Context, to, &made));
        }
    }

    /// <summary>True if an ECDSA signature is valid.</summary>
    /// <param name="publicKey">33 or 65 bytes, from anywhere.</param>
    /// <param name="hash">32 bytes: the hash of the message.</param>
    /// <param name="signature">64 bytes, from anywhere.</param>
    /// <param name="allowHighS">
    /// Whether s may be above half the order. Whoever sees a signature can turn its s over, so where signatures are part of an identity
    /// both forms must not count.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="hash"/> has another length.</exception>
    public static bool Verify(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, bool allowHighS = false)
    {
        Lengths.Require(hash.Length, HashLength);
        if (signature.Length != SignatureLength) return false;
        Signature given;
        Point point;
        fixed (byte* with = signature, message = hash)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, &given, with) != 1 || !TryLoad(publicKey, &point)) return false;
            if (allowHighS) _ = secp256k1_ecdsa_signature_normalize(Context, &given, &given);
            return secp256k1_ecdsa_verify(Context, &given, message, &point) == 1;
        }
    }

    /// <inheritdoc cref="Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, bool)"/>
    public static bool Verify(in PublicKey publicKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, bool allowHighS = false) =>
        Verify(publicKey.Span, hash, signature, allowHighS);

    /// <summary>Turns s over if it is high.</summary>
    /// <param name="signature">64 bytes, from anywhere.</param>
    /// <param name="normalized">Takes 64 bytes: the form with the low s. May be the same memory.</param>
    /// <param name="wasHigh">True if it differs from what was given.</param>
    /// <returns>False if r or s is not below the group's order, or the length is another.</returns>
    /// <exception cref="ArgumentException"><paramref name="normalized"/> has another length.</exception>
    public static bool TryNormalize(ReadOnlySpan<byte> signature, Span<byte> normalized, out bool wasHigh)
    {
        Lengths.Require(normalized.Length, SignatureLength);
        wasHigh = false;
        if (signature.Length != SignatureLength) return false;
        Signature given;
        fixed (byte* from = signature, to = normalized)
        {
            if (secp256k1_ecdsa_signature_parse_compact(Context, &given, from) != 1) return false;
            wasHigh = secp256k1_ecdsa_signature_normalize(Context, &given, &given) == 1;
            Demand(secp256k1_ecdsa_signature_serialize_compact(Context, to, &given));
            return true;
        }
    }

    /// <summary>Reads a signature in strict DER: a SEQUENCE of two minimal INTEGERs and nothing after them (BIP 66).</summary>
    /// <param name="der">From anywhere; any length.</param>
    /// <param name="signature">Takes 64 bytes; undefined after false.</param>
    /// <returns>False also if r or s is 0 or not below the group's order.</returns>
    /// <exception cref="ArgumentException"><paramref name="signature"/> has another length.</exception>
    public static bool TryReadDer(ReadOnlySpan<byte> der, Span<byte> signature)
    {
        Lengths.Require(signature.Length, SignatureLength);
        if (der.Length is 0 or > MaxDerLength) return false;
        Signature read;
        fixed (byte* from = der, to = signature)
        {
            if (secp256k1_ecdsa_signature_parse_der(Context, &read, from, (nuint)der.Length) != 1) return false;
            Demand(secp256k1_ecdsa_signature_serialize_compact(Context, to, &read));
        }
        // The library reads numbers that are negative or too large as 0.
        return signature[..32].ContainsAnyExcept((byte)0) && signature[32..].ContainsAnyExcept((byte)0);
    }

    /// <summary>Writes a signature in DER.</summary>
    /// <param name="signature">64 bytes: one that we made, or one that was verified or normalized.</param>
    /// <param name="der">Takes at most <see cref="MaxDerLength"/> bytes.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">It is no signature, or there is too little room.</exception>
    public static int WriteDer(ReadOnlySpan<byte> signature, Span<byte> der)
    {
        Lengths.Require(signature.Length, SignatureLength);
        Signature given;
        var length = (nuint)der.Length;
        fixed (byte* from = signature, to = der)
        {
            if (der.IsEmpty || secp256k1_ecdsa_signature_parse_compact(Context, &given, from) != 1
                || secp256k1_ecdsa_signature_serialize_der(Context, to, &length, &given) != 1)
                throw new ArgumentException($"No signature, or one that does not fit {der.Length} bytes.");
        }
        return (int)length;
    }
}
