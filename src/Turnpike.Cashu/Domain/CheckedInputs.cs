namespace Turnpike.Cashu.Domain;

/// <summary>The inputs of a request that passed all checks that need neither store nor curve.</summary>
/// <remarks>docs/specs/cashu.md 5; made by <see cref="RequestRules"/>.</remarks>
public sealed class CheckedInputs
{
    internal CheckedInputs(IReadOnlyList<Proof> proofs, IReadOnlyList<MintKeyset> keysets, ulong total)
    {
        (Proofs, Keysets, Total) = (proofs, keysets, total);
        Fee = Amounts.InputFee(keysets.Select(k => k.Keyset.InputFeePpk));
    }

    /// <summary>The proofs, in request order.</summary>
    public IReadOnlyList<Proof> Proofs { get; }

    /// <summary>The keyset of each.</summary>
    public IReadOnlyList<MintKeyset> Keysets { get; }

    /// <summary>The one unit of all.</summary>
    public string Unit => Keysets[0].Unit;

    /// <summary>Σ of their amounts.</summary>
    public ulong Total { get; }

    /// <summary>What the mint keeps for taking them.</summary>
    public ulong Fee { get; }
}
