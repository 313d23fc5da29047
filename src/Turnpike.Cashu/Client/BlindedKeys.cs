using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Keys of a lock that only sender and receiver can tell whose they are (Pay to Blinded Key).</summary>
/// <remarks>NUT-28; a mint sees an ordinary P2PK. Vectors: tests/vectors/cashu/p2bk.json.</remarks>
public static class BlindedKeys
{
    private static ReadOnlySpan<byte> Label => "Cashu_P2BK_v1"u8;

    /// <summary>The sender: P' = P + r·G for the key in a place of the lock.</summary>
    /// <param name="ephemeral">e, the sender's secret for this proof, 32 bytes.</param>
    /// <param name="key">P, the receiver's key.</param>
    /// <param name="slot">0 for the data, then the pubkeys, then the refund keys: 0 to 10.</param>
    /// <param name="blinded">P'.</param>
    /// <returns>False if e is no secret key, or by a chance that never comes.</returns>
    public static bool TryBlind(ReadOnlySpan<byte> ephemeral, in PublicKey key, int slot, out PublicKey blinded)
    {
        blinded = default;
        Span<byte> r = stackalloc byte[Secp256k1.SecretKeyLength];
        return TryFactor(key, ephemeral, slot, r) && Secp256k1.TryTweakAdd(key, r, out blinded);
    }

    /// <summary>The receiver: the secret key of P', from his own and the sender's ephemeral key.</summary>
    /// <param name="secretKey">p, 32 bytes.</param>
    /// <param name="ephemeral">E, which came with the proof.</param>
    /// <param name="blinded">P', as the lock names it; 02 and 03 are the same key.</param>
    /// <param name="slot">Its place.</param>
    /// <param name="unblinded">Takes p + r or −p + r, whichever has P'; undefined after false.</param>
    /// <returns>False if P' is not for this receiver.</returns>
    public static bool TryUnblind(
        ReadOnlySpan<byte> secretKey, in PublicKey ephemeral, in PublicKey blinded, int slot, Span<byte> unblinded)
    {
        Span<byte> r = stackalloc byte[Secp256k1.SecretKeyLength];
        if (!TryFactor(ephemeral, secretKey, slot, r)) return false;
        secretKey.CopyTo(unblinded);
        if (Matches(unblinded, r, blinded)) return true;
        secretKey.CopyTo(unblinded);
        return Secp256k1.TryNegate(unblinded) && Matches(unblinded, r, blinded);
    }

    /// <summary>r = SHA256("Cashu_P2BK_v1" ‖ x of e·P ‖ slot); where that is no scalar, with 0xff behind.</summary>
    internal static bool TryFactor(in PublicKey theirs, ReadOnlySpan<byte> ours, int slot, Span<byte> r)
    {
        Span<byte> x = stackalloc byte[PublicKey.XLength];
        if (!Secp256k1.IsSecretKey(ours) || !Secp256k1.TryEcdhX(theirs, ours, x)) return false;
        byte[] message = [.. Label, .. x, checked((byte)slot)];
        SHA256.HashData(message, r);
        if (Secp256k1.IsSecretKey(r)) return true;
        SHA256.HashData([.. message, 0xff], r);
        return Secp256k1.IsSecretKey(r);
    }

    private static bool Matches(Span<byte> secretKey, ReadOnlySpan<byte> r, in PublicKey blinded) =>
        Secp256k1.TryTweakAdd(secretKey, r) && Secp256k1.TryPublicKey(secretKey, out var key) && key.X.SequenceEqual(blinded.X);
}
