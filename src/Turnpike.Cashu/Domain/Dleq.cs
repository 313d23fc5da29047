using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>A proof that C_ = k·B_ and A = k·G have the same k: the mint signed with the key that it published.</summary>
/// <param name="E">The challenge.</param>
/// <param name="S">The response, nonce + e·k.</param>
/// <remarks>docs/specs/cashu.md 4.1 (NUT-12). Vectors: tests/vectors/cashu/dleq.json.</remarks>
public readonly record struct Dleq(Scalar E, Scalar S)
{
    private static ReadOnlySpan<byte> NonceLabel => "Cashu_DLEQ_R_v1"u8;

    /// <summary>The mint: makes the proof. The same signature gives the same proof. Allocates nothing.</summary>
    /// <param name="k">The mint's key, 32 bytes.</param>
    /// <param name="key">A = k·G.</param>
    /// <param name="blinded">B_.</param>
    /// <param name="signature">C_ = k·B_.</param>
    public static Dleq Make(ReadOnlySpan<byte> k, in CurvePoint key, in CurvePoint blinded, in CurvePoint signature)
    {
        const int label = 15;
        Span<byte> message = stackalloc byte[label + 3 * CurvePoint.Length + 1];
        NonceLabel.CopyTo(message);
        key.Span.CopyTo(message[label..]);
        blinded.Span.CopyTo(message[(label + CurvePoint.Length)..]);
        signature.Span.CopyTo(message[(label + 2 * CurvePoint.Length)..]);
        Span<byte> nonce = stackalloc byte[Scalar.Length];
        for (byte counter = 0; ; counter++)
        {
            message[^1] = counter;
            HMACSHA256.HashData(k, message, nonce);
            if (!TryRespond(k, nonce, key, blinded, signature, out var proof)) continue;
            CryptographicOperations.ZeroMemory(nonce);
            return proof;
        }
    }

    /// <summary>Whoever has seen B_ and C_: whether the signature was made with the key A.</summary>
    /// <param name="key">A.</param>
    /// <param name="blinded">B_.</param>
    /// <param name="signature">C_.</param>
    public bool Verify(in PublicKey key, in PublicKey blinded, in PublicKey signature)
    {
        if (!Secp256k1.TryPublicKey(S.Span, out var sG) || !Secp256k1.TryTweakMul(blinded, S.Span, out var sB)) return false;
        if (!TrySubtract(sG, key, out var r1) || !TrySubtract(sB, signature, out var r2)) return false;
        if (!CurvePoint.TryFrom(key, out var a) || !CurvePoint.TryFrom(signature, out var c)) return false;
        return Challenge(r1, r2, a, c) == E;
    }

    /// <summary>Whoever got a proof with r: whether the mint signed with the key A.</summary>
    /// <param name="key">A.</param>
    /// <param name="secret">The proof's secret as UTF-8.</param>
    /// <param name="c">The proof's C.</param>
    /// <param name="r">The blinding factor, 32 bytes.</param>
    public bool VerifyProof(in PublicKey key, ReadOnlySpan<byte> secret, in PublicKey c, ReadOnlySpan<byte> r) =>
        Secp256k1.TryTweakMul(key, r, out var rKey)
        && Secp256k1.TryCombine([c, rKey], out var signature)
        && BlindSignatures.TryBlind(HashToCurve.Hash(secret).Compressed, r, out var blinded)
        && Verify(key, blinded, signature);

    /// <summary>e = SHA256 of the lower-case hexadecimal text of the four uncompressed points.</summary>
    internal static Scalar Challenge(in CurvePoint r1, in CurvePoint r2, in CurvePoint key, in CurvePoint signature)
    {
        const int digits = 2 * CurvePoint.Length;
        Span<byte> text = stackalloc byte[4 * digits];
        Hex.Encode(r1.Span, text[..digits]);
        Hex.Encode(r2.Span, text.Slice(digits, digits));
        Hex.Encode(key.Span, text.Slice(2 * digits, digits));
        Hex.Encode(signature.Span, text.Slice(3 * digits, digits));
        Span<byte> hash = stackalloc byte[Scalar.Length];
        SHA256.HashData(text, hash);
        return new Scalar(hash);
    }

    /// <summary>False for a nonce that is 0 or too large, and for a challenge that is: the next counter has a better one.</summary>
    private static bool TryRespond(
        ReadOnlySpan<byte> k, ReadOnlySpan<byte> nonce, in CurvePoint key, in CurvePoint blinded, in CurvePoint signature, out Dleq proof)
    {
        proof = default;
        if (!Secp256k1.TryMultiplyGenerator(nonce, out var r1) || !Secp256k1.TryMultiply(blinded, nonce, out var r2)) return false;
        var e = Challenge(r1, r2, key, signature);
        Span<byte> s = stackalloc byte[Scalar.Length];
        k.CopyTo(s);
        if (!Secp256k1.TryTweakMul(s, e.Span) || !Secp256k1.TryTweakAdd(s, nonce)) return false;
        proof = new Dleq(e, new Scalar(s));
        return true;
    }

    /// <summary>point − e·factor.</summary>
    private bool TrySubtract(in PublicKey point, in PublicKey factor, out CurvePoint difference)
    {
        difference = default;
        return Secp256k1.TryTweakMul(factor, E.Span, out var product)
            && Secp256k1.TryNegate(product, out var negative)
            && Secp256k1.TryCombine([point, negative], out var sum)
            && CurvePoint.TryFrom(sum, out difference);
    }
}
