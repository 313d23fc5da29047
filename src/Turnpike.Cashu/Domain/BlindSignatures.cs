using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>Blind signatures: what the wallet does (blind, unblind) and what the mint does (sign, verify). No allocations.</summary>
/// <remarks>docs/specs/cashu.md 4.1. Vectors: tests/vectors/cashu/bdhke.json.</remarks>
public static class BlindSignatures
{
    /// <summary>The wallet: B_ = Y + r·G.</summary>
    /// <param name="y">The secret's point.</param>
    /// <param name="r">The blinding factor, 32 bytes; secret.</param>
    /// <param name="blinded">B_.</param>
    /// <returns>False if r is not below the group's order, or by a chance that never comes.</returns>
    public static bool TryBlind(in PublicKey y, ReadOnlySpan<byte> r, out PublicKey blinded) => Secp256k1.TryTweakAdd(y, r, out blinded);

    /// <summary>The mint: C_ = k·B_, in constant time.</summary>
    /// <param name="k">The mint's key for the amount, 32 bytes.</param>
    /// <param name="blinded">B_.</param>
    /// <exception cref="ArgumentException">k is no key or B_ is the default: our mistake.</exception>
    public static CurvePoint Sign(ReadOnlySpan<byte> k, in CurvePoint blinded) =>
        Secp256k1.TryMultiply(blinded, k, out var signature) ? signature : throw new ArgumentException("Not a key, or not a point.");

    /// <summary>The wallet: C = C_ − r·K.</summary>
    /// <param name="signature">C_.</param>
    /// <param name="r">The blinding factor, 32 bytes.</param>
    /// <param name="key">K, the mint's public key for the amount.</param>
    /// <param name="unblinded">C.</param>
    /// <returns>False if r is no scalar between 0 and the order, or the points cancel out.</returns>
    public static bool TryUnblind(in PublicKey signature, ReadOnlySpan<byte> r, in PublicKey key, out PublicKey unblinded)
    {
        unblinded = default;
        return Secp256k1.TryEcdhPoint(key, r, out var product)
            && Secp256k1.TryNegate(product, out var negative)
            && Secp256k1.TryCombine([signature, negative], out unblinded);
    }

    /// <summary>The mint: whether C = k·Y, in constant time.</summary>
    /// <param name="k">The mint's key for the amount, 32 bytes.</param>
    /// <param name="y">Y.</param>
    /// <param name="c">C as it came; what is no point is no signature.</param>
    public static bool Verify(ReadOnlySpan<byte> k, in CurvePoint y, in PointText c)
    {
        Span<byte> given = stackalloc byte[PublicKey.Length];
        Span<byte> made = stackalloc byte[PublicKey.Length];
        c.CopyBytes(given);
        Sign(k, y).CopyCompressed(made);
        return given.SequenceEqual(made);
    }
}
