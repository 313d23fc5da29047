using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Domain;

/// <summary>A chain in memory: what the store answers, without the store.</summary>
internal sealed class MemoryChain
{
    private readonly HashSet<TransactionId> _ids = [];
    private readonly Dictionary<OutputRef, StoredOutput> _outputs = [];
    private readonly HashSet<OutputRef> _spent = [];

    public IEnumerable<(OutputRef Name, StoredOutput Output)> Unspent =>
        _outputs.Where(o => !_spent.Contains(o.Key)).Select(o => (o.Key, o.Value));

    public IReadOnlyDictionary<OutputRef, StoredOutput> Outputs => _outputs;

    public IReadOnlySet<TransactionId> Ids => _ids;

    public BlockDecision Decide(params IReadOnlyList<Candidate> candidates)
    {
        var questions = BlockQuestions.Of(candidates);
        var state = new BlockState(
            questions.Ids.Where(_ids.Contains).ToHashSet(),
            questions.Outputs.Where(_outputs.ContainsKey).ToDictionary(o => o, o => _outputs[o]),
            questions.Outputs.Where(_spent.Contains).ToHashSet());
        return Block.Decide(state, candidates);
    }

    /// <summary>Decides and stores; throws where the store's constraints would.</summary>
    public BlockDecision Commit(params IReadOnlyList<Candidate> candidates)
    {
        var decision = Decide(candidates);
        foreach (var transaction in decision.Accepted)
        {
            Assert.True(_ids.Add(transaction.Id), "UNIQUE (id)");
            for (var i = 0; i < transaction.Outputs.Count; i++)
                _outputs.Add(transaction.Output(i), transaction.Outputs[i].ToStored(transaction.AssetId));
            foreach (var input in transaction.Inputs)
            {
                if (input.Fulfills is not { } output) continue;
                Assert.True(_outputs.ContainsKey(output), "REFERENCES pm_output");
                Assert.True(_spent.Add(output), "PRIMARY KEY (spent_tx, spent_index)");
            }
        }

        return decision;
    }

    /// <summary>Commits one; returns why not, or null.</summary>
    public ProtocolError? Commit(Candidate candidate) => Commit([candidate]).Errors[0];
}
