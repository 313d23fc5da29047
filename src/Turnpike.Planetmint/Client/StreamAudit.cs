using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>What an audit found.</summary>
/// <param name="Height">The head that was reached.</param>
/// <param name="Transactions">How many there are.</param>
/// <param name="Assets">How many assets.</param>
/// <param name="Spent">How many outputs are spent.</param>
/// <param name="Unspent">How many are not.</param>
/// <param name="Faults">What is wrong, a sentence each; empty if the books hold.</param>
public sealed record AuditReport(long Height, long Transactions, int Assets, int Spent, int Unspent, IReadOnlyList<string> Faults);

/// <summary>
/// Checks a whole chain as anyone can who only sees its stream: each transaction is decided again in the order of the chain, by the
/// rules and against what came before it. Then no output is spent twice, no signature is wrong and no amount appears or vanishes.
/// </summary>
/// <remarks>planetmint.md 7, invariant. Holds all outputs in memory, about 300 bytes each. A chain that begins above height 1
/// (a pruned upstream) or holds elections and the like cannot be audited this way.</remarks>
public sealed class StreamAudit
{
    private const int MaxFaults = 100;
    private readonly HashSet<TransactionId> _ids = [];
    private readonly Dictionary<OutputRef, StoredOutput> _outputs = [];
    private readonly HashSet<OutputRef> _spent = [];
    private readonly Dictionary<TransactionId, (UInt128 Created, UInt128 Unspent)> _assets = [];
    private readonly List<string> _faults = [];
    private readonly BlockState _state;
    private AppHash _hash = AppHash.Genesis;
    private long _height;

    /// <summary>Begins before the first block.</summary>
    public StreamAudit() => _state = new BlockState(_ids, _outputs, _spent);

    /// <summary>Takes the next block.</summary>
    /// <param name="height">Its height.</param>
    /// <param name="hash">Its app hash; null if it is not known.</param>
    /// <param name="candidates">Its transactions in order, read and with their signatures checked.</param>
    public void Take(long height, string? hash, IReadOnlyList<Candidate> candidates)
    {
        if (height != _height + 1) Fault($"height {height} follows {_height}");
        _height = height;
        _hash = _hash.Next([.. candidates.Select(c => c.Transaction.Id)]);
        if (hash is not null && hash != _hash.Hex) Fault($"block {height} has the hash {hash}, and ought to have {_hash.Hex}");

        var errors = Block.Decide(_state, candidates).Errors;
        for (var i = 0; i < candidates.Count; i++)
        {
            if (errors[i] is { } error) Fault($"block {height}, transaction {candidates[i].Transaction.Id}: {error.Message}");
            else Post(candidates[i].Transaction);
        }
    }

    /// <summary>Notes a fault that was found while reading.</summary>
    public void Fault(string what)
    {
        if (_faults.Count < MaxFaults) _faults.Add(what);
    }

    /// <summary>Adds up: per asset, what CREATE made is what is unspent.</summary>
    public AuditReport Report()
    {
        foreach (var (asset, (created, unspent)) in _assets)
        {
            if (created != unspent) Fault($"asset {asset}: {created} were created, {unspent} are unspent");
        }
        return new(_height, _ids.Count, _assets.Count, _spent.Count, _outputs.Count - _spent.Count, [.. _faults]);
    }

    private void Post(Transaction transaction)
    {
        _ids.Add(transaction.Id);
        var (created, unspent) = _assets.GetValueOrDefault(transaction.AssetId);
        foreach (var input in transaction.Inputs)
        {
            if (input.Fulfills is not { } output) continue;
            if (_spent.Add(output)) unspent -= (ulong)_outputs[output].Amount;
        }
        for (var i = 0; i < transaction.Outputs.Count; i++)
        {
            var output = transaction.Outputs[i];
            _outputs.Add(transaction.Output(i), output.ToStored(transaction.AssetId));
            unspent += (ulong)output.Amount;
            if (transaction.Operation == Operation.Create) created += (ulong)output.Amount;
        }
        _assets[transaction.AssetId] = (created, unspent);
    }
}
