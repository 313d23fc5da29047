using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>A keyset as a mint publishes it: one public key for each amount.</summary>
/// <remarks>docs/specs/cashu.md 4.2, 4.3 and 5.</remarks>
public sealed record Keyset
{
    /// <summary>The id.</summary>
    public required KeysetId Id { get; init; }

    /// <summary><c>sat</c>, <c>msat</c>, …</summary>
    public required string Unit { get; init; }

    /// <summary>Whether outputs may be of it.</summary>
    public required bool IsActive { get; init; }

    /// <summary>Fee of each input of it, in thousandths of the unit.</summary>
    public required int InputFeePpk { get; init; }

    /// <summary>From when on nothing of it is taken, unix seconds; null for never.</summary>
    public required long? FinalExpiry { get; init; }

    /// <summary>The keys, by rising amount.</summary>
    public required IReadOnlyList<AmountKey> Keys { get; init; }

    /// <summary>Whether the mint has begun to forget what was spent of it: then it is over, whatever a clock says.</summary>
    public bool IsForgotten { get; init; }

    /// <summary>True from the final expiry on.</summary>
    /// <param name="now">Unix seconds.</param>
    public bool IsExpired(long now) => IsForgotten || (FinalExpiry is { } expiry and not 0 && now >= expiry);

    /// <summary>Finds the key of an amount.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="key">The key; the default after false.</param>
    public bool TryGetKey(ulong amount, out PublicKey key)
    {
        foreach (var candidate in Keys)
        {
            if (candidate.Amount != amount) continue;
            key = candidate.Key;
            return true;
        }

        key = default;
        return false;
    }

    /// <summary>Whether the id is that of these keys.</summary>
    public bool HasItsId() => Id != default && KeysetId.Of(Id.Version, Unit, InputFeePpk, FinalExpiry, Keys) == Id;
}
