using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Storage;

/// <summary>A row of <c>cashu_keyset</c>: all that its keys are derived from, and the id that they must lead to.</summary>
internal sealed record StoredKeyset
{
    /// <summary>What other rows call it by.</summary>
    public required int No { get; init; }

    public required KeysetId Id { get; init; }
    public required string Unit { get; init; }
    public required int Index { get; init; }
    public required int Version { get; init; }
    public required bool IsActive { get; init; }
    public required int InputFeePpk { get; init; }
    public required long? FinalExpiry { get; init; }

    /// <summary>Keys for 2^0 to 2^(order − 1).</summary>
    public required int Order { get; init; }

    /// <summary>What its spent proofs were worth that have been deleted.</summary>
    public long RedeemedPruned { get; init; }

    /// <summary>Whether spent proofs of it have been deleted: then nothing of it may be taken any more.</summary>
    public bool IsForgotten => RedeemedPruned > 0;

    /// <summary>Derives its keys; their id is not yet compared.</summary>
    public MintKeyset Derive(MintKeys keys) =>
        keys.Keyset(Unit, Index, Version, Order, InputFeePpk, FinalExpiry, IsActive).With(IsActive, IsForgotten);
}
