using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>Signs outputs, each with its DLEQ proof. The same output gives the same signature.</summary>
/// <remarks>docs/specs/cashu.md 4.1 and 16. Signatures are made before the transaction and go out only when it is committed.</remarks>
public static class Signer
{
    /// <summary>Signs all outputs with the amounts that they ask for.</summary>
    /// <param name="outputs">The outputs of a swap or a mint.</param>
    /// <param name="inputs">How many inputs the request has: the more of both, the more cores.</param>
    public static BlindSignature[] Sign(CheckedOutputs outputs, int inputs = 0)
    {
        var signatures = new BlindSignature[outputs.Messages.Count];
        Spread.Over(signatures.Length, inputs + signatures.Length,
            i => signatures[i] = Sign(outputs.Keysets[i], outputs.Messages[i].Amount, outputs.Points[i]));
        return signatures;
    }

    /// <summary>Signs a melt's change.</summary>
    /// <param name="blanks">Keyset and B_ of the blank outputs, in their order.</param>
    /// <param name="amounts">What <see cref="MeltOutcome.Change"/> says; the first blanks are used.</param>
    public static BlindSignature[] SignChange(IReadOnlyList<BlankOutput> blanks, IReadOnlyList<ulong> amounts)
    {
        var signatures = new BlindSignature[amounts.Count];
        Spread.Over(signatures.Length, signatures.Length,
            i => signatures[i] = Sign(blanks[i].Keyset, amounts[i], blanks[i].Point));
        return signatures;
    }

    /// <summary>Signs one output.</summary>
    /// <param name="keyset">The keyset, active or not.</param>
    /// <param name="amount">An amount that it has.</param>
    /// <param name="blinded">B_.</param>
    public static BlindSignature Sign(MintKeyset keyset, ulong amount, in CurvePoint blinded)
    {
        var k = keyset.Secret(amount);
        var signature = BlindSignatures.Sign(k, blinded);
        var dleq = Domain.Dleq.Make(k, keyset.Point(amount), blinded, signature);
        return new BlindSignature(amount, keyset.Id, signature.Compressed, dleq);
    }
}
