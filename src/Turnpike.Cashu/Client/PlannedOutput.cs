using System.Security.Cryptography;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>An output before the mint has signed it: all that it takes to make a proof of the signature.</summary>
internal sealed record PlannedOutput(ulong Amount, KeysetId Keyset, string Secret, Scalar R, bool IsSent, PublicKey? EphemeralKey)
{
    /// <summary>B_.</summary>
    public PublicKey Blinded { get; } = Blind(Secret, R);

    public BlindedMessage Message => new(Amount, Keyset, PointText.Of(Blinded));

    public static PlannedOutput Of(OutputModel model)
    {
        if (!KeysetId.TryParse(model.Keyset, out var id) || !ProofModel.TryReadScalar(model.R, out var r))
            throw new WalletFileException("The wallet's file has an output that is none.");
        PublicKey ephemeral = default;
        if (model.EphemeralKey is not null && !PublicKey.TryParse(model.EphemeralKey, out ephemeral))
            throw new WalletFileException("The wallet's file has a key that is none.");
        return new(model.Amount, id, model.Secret, r, model.IsSent, model.EphemeralKey is null ? null : ephemeral);
    }

    public OutputModel ToModel() => new(Amount, Keyset.ToString(), Secret, R.ToString(), IsSent, EphemeralKey?.ToString());

    /// <summary>The proof of a signature.</summary>
    /// <param name="signature">The mint's.</param>
    /// <param name="keyset">Its keyset.</param>
    /// <exception cref="CashuClientException">The mint did not sign this, or not with the key that it publishes.</exception>
    public OwnedProof Unblind(BlindSignature signature, Keyset keyset)
    {
        if (signature.Id != Keyset || (Amount != 0 && signature.Amount != Amount) || !keyset.TryGetKey(signature.Amount, out var key))
            throw new CashuClientException($"The mint was to sign {Amount} of {Keyset} and signed {signature.Amount} of {signature.Id}");
        if (!signature.Dleq.Verify(key, Blinded, signature.Signature))
            throw new CashuClientException($"The mint signed with another key than it publishes for {signature.Amount}");
        if (!BlindSignatures.TryUnblind(signature.Signature, R.Span, key, out var c))
            throw new CashuClientException("The mint's signature cannot be unblinded");
        return new OwnedProof(signature.Amount, Keyset, Secret, c)
        {
            Dleq = signature.Dleq,
            BlindingFactor = R,
            EphemeralKey = EphemeralKey,
        };
    }

    private static PublicKey Blind(string secret, Scalar r) =>
        BlindSignatures.TryBlind(HashToCurve.Hash(Encoding.UTF8.GetBytes(secret)).Compressed, r.Span, out var blinded)
            ? blinded
            : throw new CryptographicException("A blinding factor is below the group's order.");
}
