using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Client;

/// <summary>Which proofs are spent for an amount.</summary>
internal static class ProofSelection
{
    /// <summary>Proofs whose sum less their own fee covers an amount; none of them could be left out.</summary>
    /// <param name="proofs">What there is.</param>
    /// <param name="amount">What must be left of them.</param>
    /// <param name="feePpk">A proof's fee, in thousandths.</param>
    /// <returns>Null if all of them together do not do.</returns>
    public static IReadOnlyList<OwnedProof>? Cover(IReadOnlyList<OwnedProof> proofs, ulong amount, Func<OwnedProof, int> feePpk)
    {
        // The largest that fit, so that few are needed; what then is too much is left out again, the smallest first.
        var chosen = new List<OwnedProof>();
        foreach (var proof in proofs.OrderByDescending(p => p.Amount))
        {
            if (Covers(chosen, amount, feePpk)) break;
            chosen.Add(proof);
        }

        if (!Covers(chosen, amount, feePpk)) return null;
        // One smaller proof in place of the last may do as well, and splits less.
        if (chosen.Count > 0 && proofs.OrderBy(p => p.Amount).FirstOrDefault(p => !chosen.Contains(p)
            && p.Amount < chosen[^1].Amount && Covers([.. chosen[..^1], p], amount, feePpk)) is { } smaller) chosen[^1] = smaller;
        while (chosen.OrderBy(p => p.Amount).FirstOrDefault(p => Covers([.. chosen.Where(o => o != p)], amount, feePpk)) is { } needless)
            chosen.Remove(needless);

        return chosen;
    }

    /// <summary>Proofs that are worth exactly an amount to whoever gets them, the fee of spending them apart.</summary>
    /// <param name="proofs">What there is.</param>
    /// <param name="amount">What they shall be worth.</param>
    /// <param name="feePpk">A proof's fee, in thousandths, or 0 for all if the receiver pays it.</param>
    /// <returns>Null if the greedy look finds none.</returns>
    public static IReadOnlyList<OwnedProof>? Exactly(IReadOnlyList<OwnedProof> proofs, ulong amount, Func<OwnedProof, int> feePpk)
    {
        const ulong mostFee = 64;
        var falling = proofs.OrderByDescending(p => p.Amount).ToList();
        for (var fee = 0UL; fee <= mostFee; fee++)
        {
            var rest = amount + fee;
            var chosen = new List<OwnedProof>();
            foreach (var proof in falling)
            {
                if (proof.Amount > rest) continue;
                chosen.Add(proof);
                rest -= proof.Amount;
            }

            if (rest == 0 && Amounts.InputFee(chosen.Select(feePpk)) == fee) return chosen;
        }

        return null;
    }

    private static bool Covers(IReadOnlyList<OwnedProof> chosen, ulong amount, Func<OwnedProof, int> feePpk)
    {
        var sum = UInt128.Zero;
        foreach (var proof in chosen) sum += proof.Amount;
        return sum >= (UInt128)amount + Amounts.InputFee(chosen.Select(feePpk));
    }
}
