using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <content>Looking at the mint for what the wallet's file does not know.</content>
public sealed partial class CashuWallet
{
    private const int BatchSize = 100;
    private const int EmptyBatches = 3;

    /// <summary>
    /// Makes all secrets of the words again and asks the mint which it has signed (NUT-09, 13). What is unspent comes into the wallet.
    /// </summary>
    /// <param name="cancellation">Gives up; what was found until then is kept.</param>
    /// <returns>What was found beyond what was known; or the mint's refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<ulong>> RestoreAsync(CancellationToken cancellation)
    {
        var found = 0UL;
        _keysets.Forget();
        foreach (var summary in await _keysets.AllAsync(cancellation))
        {
            if (!(await _keysets.FindAsync(summary.Id, cancellation)).TryGet(out var keyset, out var error)) return error;
            var empty = 0;
            for (var counter = 0UL; empty < EmptyBatches; counter += BatchSize)
            {
                if (!(await RestoreBatchAsync(keyset, counter, cancellation)).TryGet(out var batch, out error)) return error;
                empty = batch.Signed == 0 ? empty + 1 : 0;
                found += batch.Added;
            }
        }

        return found;
    }

    /// <summary>Looks which of the sent tokens are spent, and forgets them.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What is not spent yet; or the mint's refusal.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<ulong>> SettleSentAsync(CancellationToken cancellation)
    {
        foreach (var sent in _file.Model.Sent)
        {
            if (!Tokens.Decode(sent.Token).TryGet(out var token, out var error)) return error;
            if (!(await _client.CheckStateAsync([.. token.Proofs.Select(p => p.Y)], cancellation)).TryGet(out var states, out error))
                return error;
            if (states.All(s => s.State == ProofState.Spent))
                _file.Change(w => w with { Sent = [.. w.Sent.Where(s => s.Token != sent.Token)] });
        }

        return Sent;
    }

    private async Task<Result<(int Signed, ulong Added)>> RestoreBatchAsync(Keyset keyset, ulong first, CancellationToken cancellation)
    {
        List<PlannedOutput> outputs = [.. Enumerable.Range(0, BatchSize).Select(i => Again(keyset.Id, first + (ulong)i))];
        var answer = await _client.RestoreAsync([.. outputs.Select(o => o.Message)], cancellation);
        if (!answer.TryGet(out var signed, out var error)) return error;
        var proofs = new List<OwnedProof>();
        var next = 0UL;
        for (var i = 0; i < outputs.Count; i++)
        {
            if (!signed.TryGetValue(outputs[i].Blinded, out var signature)) continue;
            proofs.Add(outputs[i].Unblind(signature, keyset));
            next = first + (ulong)i + 1;
        }

        if (proofs.Count == 0) return (0, 0UL);
        if (!(await _client.CheckStateAsync([.. proofs.Select(p => p.Y)], cancellation)).TryGet(out var states, out error)) return error;
        List<OwnedProof> unspent = [.. proofs.Zip(states).Where(p => p.Second.State != ProofState.Spent).Select(p => p.First)];
        return (proofs.Count, Keep(keyset.Id.ToString(), next, unspent));
    }

    /// <summary>What the wallet does not have yet, and has not sent; the counters go on behind what was signed.</summary>
    private ulong Keep(string keyset, ulong next, List<OwnedProof> proofs)
    {
        var added = 0UL;
        _file.Change(w =>
        {
            var known = w.Proofs.Select(p => p.Secret)
                .Concat(w.Operations.SelectMany(o => o.Outputs).Select(o => o.Secret))
                .Concat(w.Sent.SelectMany(s =>
                    Tokens.Decode(s.Token).TryGet(out var token, out _) ? token.Proofs.Select(p => p.Secret) : []))
                .ToHashSet(StringComparer.Ordinal);
            List<OwnedProof> news = [.. proofs.Where(p => !known.Contains(p.Secret))];
            added = Sum(news);
            var counters = new Dictionary<string, ulong>(w.Counters, StringComparer.Ordinal);
            counters[keyset] = Math.Max(counters.GetValueOrDefault(keyset), next);
            return w with { Counters = counters, Proofs = [.. w.Proofs, .. news.Select(ProofModel.Of)] };
        });
        return added;
    }

    private PlannedOutput Again(KeysetId keyset, ulong counter)
    {
        Span<byte> r = stackalloc byte[Scalar.Length];
        return new PlannedOutput(0, keyset, _secrets.Derive(keyset, counter, r), new Scalar(r), false, null);
    }
}
