using System.Collections.Frozen;

namespace Turnpike.Cashu.Domain;

/// <summary>All keysets of a mint, as of one moment; a rotation makes another one of these.</summary>
/// <param name="all">The keysets, in the order in which they were made.</param>
public sealed class Keysets(IReadOnlyList<MintKeyset> all)
{
    private readonly FrozenDictionary<KeysetId, MintKeyset> _byId = all.ToFrozenDictionary(k => k.Id);

    /// <summary>All of them, in the order in which they were made.</summary>
    public IReadOnlyList<MintKeyset> All => all;

    /// <summary>Finds a keyset, active or not.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Null if there is none.</returns>
    public MintKeyset? Find(in KeysetId id) => _byId.GetValueOrDefault(id);

    /// <summary>The active keysets of a unit: one for each version.</summary>
    /// <param name="unit">The unit.</param>
    public IEnumerable<MintKeyset> Active(string unit) => all.Where(k => k.Keyset.IsActive && k.Unit == unit);
}
