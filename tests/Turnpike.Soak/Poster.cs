using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Soak;

/// <summary>Posts a chain of transactions that was signed before, one after the other, over as many servers as it takes.</summary>
internal sealed class Poster(OwnerKeyPair keys, IReadOnlyList<ChainLink> chain)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private readonly List<TransactionId> _acknowledged = [];
    private readonly List<string> _faults = [];
    private readonly Dictionary<TransactionId, Operation> _chain = chain.ToDictionary(l => l.Transaction.Id, l => l.Transaction.Operation);
    private int _next;
    private bool _unknown;      // the last answer never came: the transaction may be in

    /// <summary>Whose outputs they all are.</summary>
    public OwnerKey Owner => keys.Owner;

    /// <summary>What was answered with 202, or found to be in when posted again.</summary>
    public IReadOnlyList<TransactionId> Acknowledged => _acknowledged;

    /// <summary>Rivals that were refused, as they must be.</summary>
    public int Refused { get; private set; }

    /// <summary>Answers that must not be, a sentence each.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The assets made so far and how much of each there is.</summary>
    public Dictionary<TransactionId, UInt128> Created { get; } = [];

    /// <summary>True if a transaction is of this chain.</summary>
    public bool Owns(TransactionId id) => _chain.ContainsKey(id);

    /// <summary>True if a transaction is a CREATE of this chain.</summary>
    public bool Creates(TransactionId id) => _chain.TryGetValue(id, out var operation) && operation == Operation.Create;

    /// <summary>Posts until the server is gone, the chain is at its end, or enough were posted.</summary>
    /// <param name="client">A client of the server that now runs.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="end">Gives up.</param>
    /// <param name="answered">Told of each answer.</param>
    public async Task RunAsync(PlanetmintClient client, int most, CancellationToken end, Action? answered = null)
    {
        for (; most > 0 && _next < chain.Count; most--)
        {
            try
            {
                var result = await client.PostAsync(chain[_next].Transaction, PostMode.Commit, end);
                Note(chain[_next], result.Error?.Name, result.Error?.Message);
                _unknown = false;
                _next++;
                answered?.Invoke();
            }
            catch (Exception gone) when (gone is IOException or HttpRequestException { StatusCode: null })
            {
                _unknown = true;
                return;
            }
            catch (HttpRequestException failed)
            {
                _faults.Add($"{(int)failed.StatusCode!}: {failed.Message}");
                return;
            }
        }
    }

    /// <summary>Posts the whole chain to several nodes on one store: to another when one does not answer, or says that it cannot.</summary>
    /// <param name="nodes">A client of each.</param>
    /// <param name="first">To which first.</param>
    /// <param name="answered">Told of each answer.</param>
    /// <param name="end">Gives up.</param>
    public async Task RunAcrossAsync(IReadOnlyList<PlanetmintClient> nodes, int first, Action answered, CancellationToken end)
    {
        for (var node = first; _next < chain.Count;)
        {
            try
            {
                var result = await nodes[node].PostAsync(chain[_next].Transaction, PostMode.Commit, end);
                Note(chain[_next], result.Error?.Name, result.Error?.Message);
                _unknown = false;
                _next++;
                answered();
            }
            catch (Exception gone) when (gone is IOException or HttpRequestException or OperationCanceledException
                && !end.IsCancellationRequested)
            {
                // It may be in, whatever the node said: posted again it is taken or known.
                _unknown = true;
                node = (node + 1) % nodes.Count;
                await Task.Delay(s_pause, TimeProvider.System, end);
            }
        }
    }

    private void Note(ChainLink link, string? error, string? message)
    {
        if (link.IsRival)
        {
            if (error == "DoubleSpend") Refused++;
            else _faults.Add($"a double spend of {link.Transaction.Id} was {(error is null ? "taken" : $"answered with {message}")}");
        }
        else if (error is null || (_unknown && error == "DuplicateTransaction"))
        {
            _acknowledged.Add(link.Transaction.Id);
            if (link.Transaction.Operation == Operation.Create)
                Created[link.Transaction.Id] = (UInt128)link.Transaction.Outputs.Sum(o => o.Amount);
        }
        else
        {
            _faults.Add($"{link.Transaction.Operation} {link.Transaction.Id} was refused: {message}");
        }
    }
}
