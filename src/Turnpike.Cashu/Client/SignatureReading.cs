using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Reads what a mint answers into values. What is none is the mint's fault.</summary>
internal static class SignatureReading
{
    /// <summary>Signatures, each with its evidence: a mint that gives none could tell its wallets apart by their keys.</summary>
    /// <exception cref="CashuClientException">One is none, or has no evidence.</exception>
    public static IReadOnlyList<BlindSignature> Read(IReadOnlyList<SignatureModel> models) => [.. models.Select(Read)];

    /// <exception cref="CashuClientException">It is none.</exception>
    public static ProofStatus Read(StateModel model)
    {
        if (!PublicKey.TryParse(model.Y, out var y)) throw new CashuClientException("The mint's answer names a proof that is no point");
        var state = model.State switch
        {
            "UNSPENT" => ProofState.Unspent,
            "PENDING" => ProofState.Pending,
            "SPENT" => ProofState.Spent,
            _ => throw new CashuClientException($"The mint's proof has the state '{model.State}', which there is not"),
        };
        return new ProofStatus(y, state, model.Witness);
    }

    /// <summary>A keyset with its keys, if it is of a version that is known here.</summary>
    /// <exception cref="CashuClientException">Its id is not that of its keys.</exception>
    public static Keyset? Read(KeysetModel model)
    {
        if (!KeysetId.TryParse(model.Id, out var id)) return null;
        var keys = new List<AmountKey>();
        foreach (var (amount, text) in model.Keys ?? [])
        {
            if (!ulong.TryParse(amount, System.Globalization.CultureInfo.InvariantCulture, out var value)
                || !PublicKey.TryParse(text, out var key))
                throw new CashuClientException($"The mint's keyset {id} has a key that is none");
            keys.Add(new AmountKey(value, key));
        }

        var keyset = new Keyset
        {
            Id = id,
            Unit = model.Unit,
            IsActive = model.Active,
            InputFeePpk = model.InputFeePpk ?? 0,
            FinalExpiry = model.FinalExpiry,
            Keys = [.. keys.OrderBy(k => k.Amount)],
        };
        if (keys.Count > 0 && !keyset.HasItsId()) throw new CashuClientException($"The mint's keyset {id} has keys that are not of its id");
        return keyset;
    }

    private static BlindSignature Read(SignatureModel model)
    {
        if (!KeysetId.TryParse(model.Id, out var id) || !PublicKey.TryParse(model.C, out var c))
            throw new CashuClientException("The mint's signature is none");
        if (model.Dleq is not { } dleq || !ProofModel.TryReadScalar(dleq.E, out var e) || !ProofModel.TryReadScalar(dleq.S, out var s))
            throw new CashuClientException("The mint's signature does not show with which key it was made (NUT-12)");
        return new BlindSignature(model.Amount, id, c, new Dleq(e, s));
    }
}
