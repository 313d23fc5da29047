namespace Turnpike.Cashu.Client;

/// <summary>Ecash on its way from one to another: proofs of one mint and unit.</summary>
/// <param name="Mint">The mint's address as the sender wrote it.</param>
/// <param name="Unit">The unit; <c>sat</c> where a token does not say.</param>
/// <param name="Proofs">The proofs; whoever spends them first has them.</param>
/// <param name="Memo">A text for the receiver, or null.</param>
/// <remarks>NUT-00. <see cref="Tokens"/> writes and reads it.</remarks>
public sealed record Token(string Mint, string Unit, IReadOnlyList<OwnedProof> Proofs, string? Memo = null)
{
    /// <summary>What all proofs are worth, before the fee of spending them.</summary>
    /// <exception cref="OverflowException">More than 2^64−1.</exception>
    public ulong Amount
    {
        get
        {
            var sum = 0UL;
            foreach (var proof in Proofs) sum += proof.Amount;
            return sum;
        }
    }

    /// <summary>Says nothing of the secrets.</summary>
    public override string ToString() => $"Token of {Proofs.Count} proofs from {Mint}";
}
