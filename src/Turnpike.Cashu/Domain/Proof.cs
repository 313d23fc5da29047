namespace Turnpike.Cashu.Domain;

/// <summary>An unblinded token: the mint's promise of <paramref name="Amount"/>, spendable once.</summary>
/// <param name="Amount">In the keyset's unit.</param>
/// <param name="Id">The keyset; the default where what was sent is no id.</param>
/// <param name="Secret">As it came: hashed as UTF-8, never decoded first.</param>
/// <param name="C">The unblinded signature, C = k·Y, as it came.</param>
/// <param name="Witness">Where the secret is a condition.</param>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public sealed record Proof(ulong Amount, KeysetId Id, Secret Secret, PointText C, Witness? Witness = null)
{
    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => $"Proof of {Amount} ({Id})";
}

/// <summary>Whether a proof can be spent.</summary>
public enum ProofState
{
    /// <summary>The mint has not seen it. Stored nowhere.</summary>
    Unspent = 0,

    /// <summary>A melt holds it.</summary>
    Pending = 1,

    /// <summary>Gone, for ever.</summary>
    Spent = 2,
}
