using System.Collections.Concurrent;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <summary>A mint's keysets as they were asked for once; keys of an id never change, whether it is active does.</summary>
internal sealed class KeysetCache(CashuClient client, string unit)
{
    private readonly ConcurrentDictionary<KeysetId, Keyset> _keys = new();
    private volatile IReadOnlyList<Keyset>? _all;

    /// <summary>All keysets of the unit, without keys.</summary>
    public async Task<IReadOnlyList<Keyset>> AllAsync(CancellationToken cancellation) =>
        _all ??= [.. (await client.GetKeysetsAsync(cancellation)).Where(k => k.Unit == unit)];

    /// <summary>A keyset with its keys.</summary>
    public async Task<Result<Keyset>> FindAsync(KeysetId id, CancellationToken cancellation)
    {
        if (_keys.TryGetValue(id, out var known)) return known;
        var answer = await client.GetKeysetAsync(id, cancellation);
        if (answer.TryGet(out var keyset, out _)) _keys[id] = keyset;
        return answer;
    }

    /// <summary>The keyset that new outputs are made of: the active one with the lowest fee, of the newest version among these.</summary>
    public async Task<Result<Keyset>> ActiveAsync(CancellationToken cancellation)
    {
        var active = (await AllAsync(cancellation)).Where(k => k.IsActive)
            .OrderBy(k => k.InputFeePpk).ThenByDescending(k => k.Id.Version).FirstOrDefault();
        return active is null ? WalletErrors.NoKeyset(unit) : await FindAsync(active.Id, cancellation);
    }

    /// <summary>The full id of one in a token.</summary>
    /// <returns>Null if the mint has none that starts so, or several.</returns>
    public async Task<KeysetId?> ResolveAsync(KeysetId id, CancellationToken cancellation)
    {
        var all = await AllAsync(cancellation);
        if (all.Any(k => k.Id == id)) return id;
        if (id.Span.Length != KeysetId.ShortLength) return null;
        var fitting = all.Where(k => k.Id.Span.StartsWith(id.Span)).ToList();
        return fitting is [var only] ? only.Id : null;
    }

    /// <summary>The fee of an input, in thousandths.</summary>
    public async Task<Func<OwnedProof, int>> FeesAsync(CancellationToken cancellation)
    {
        var fees = (await AllAsync(cancellation)).ToDictionary(k => k.Id, k => k.InputFeePpk);
        return proof => fees.GetValueOrDefault(proof.Id);
    }

    /// <summary>The mint has rotated: it is asked again.</summary>
    public void Forget() => _all = null;
}
