using Turnpike.Kernel;

namespace Turnpike.Planetmint.Domain;

/// <summary>What became of a block's candidates.</summary>
/// <param name="Accepted">The block's transactions; their place here is their index in the block.</param>
/// <param name="Errors">For each candidate, in the order in which they were given, why it was refused; null if it is in the block.</param>
public sealed record BlockDecision(IReadOnlyList<Transaction> Accepted, IReadOnlyList<ProtocolError?> Errors);

/// <summary>Decides a block: rules 10 to 16, against the committed chain and against the block so far.</summary>
/// <remarks>planetmint.md 4.5 and 5. Pure, and the same wherever the state comes from.</remarks>
public static class Block
{
    /// <summary>Decides each candidate in turn. A TRANSFER may spend what a candidate before it has made.</summary>
    /// <param name="state">What is committed, of all that <see cref="BlockQuestions.Of"/> the candidates asks.</param>
    /// <param name="candidates">In order of arrival.</param>
    public static BlockDecision Decide(BlockState state, IReadOnlyList<Candidate> candidates)
    {
        var draft = new Draft(state);
        var errors = new ProtocolError?[candidates.Count];
        for (var i = 0; i < candidates.Count; i++)
        {
            errors[i] = draft.Check(candidates[i]);
            if (errors[i] is null) draft.Take(candidates[i].Transaction);
        }

        return new BlockDecision(draft.Accepted, errors);
    }

    /// <summary>The block so far.</summary>
    private sealed class Draft(BlockState state)
    {
        private readonly HashSet<TransactionId> _ids = [];
        private readonly Dictionary<OutputRef, StoredOutput> _outputs = [];
        private readonly HashSet<OutputRef> _spent = [];

        public List<Transaction> Accepted { get; } = [];

        public void Take(Transaction transaction)
        {
            Accepted.Add(transaction);
            _ids.Add(transaction.Id);
            for (var i = 0; i < transaction.Outputs.Count; i++)
                _outputs.Add(transaction.Output(i), transaction.Outputs[i].ToStored(transaction.AssetId));
            foreach (var input in transaction.Inputs)
            {
                if (input.Fulfills is { } output) _spent.Add(output);
            }
        }

        public ProtocolError? Check(Candidate candidate)
        {
            var transaction = candidate.Transaction;
            if (state.KnownIds.Contains(transaction.Id) || _ids.Contains(transaction.Id)) return PlanetmintErrors.Duplicate(transaction.Id);
            return transaction.Operation switch
            {
                Operation.Create => candidate.SignaturesValid ? null : PlanetmintErrors.InvalidSignature,
                Operation.Transfer => CheckTransfer(transaction, candidate.SignaturesValid),
                _ => PlanetmintErrors.OperationNotTaken(transaction.OperationName),
            };
        }

        private ProtocolError? CheckTransfer(Transaction transaction, bool signaturesValid)
        {
            var spent = new StoredOutput[transaction.Inputs.Count];
            for (var i = 0; i < spent.Length; i++)
            {
                if (!Find(transaction.Inputs[i]).TryGet(out spent[i]!, out var error)) return error;
            }

            if (transaction.Inputs.DistinctBy(i => i.Fulfills).Count() != spent.Length) return PlanetmintErrors.SpendsTwice(transaction.Id);
            if (spent.Any(o => o.AssetId != spent[0].AssetId)) return PlanetmintErrors.SeveralAssets;
            if (spent[0].AssetId != transaction.AssetId) return PlanetmintErrors.OtherAsset;

            UInt128 amountIn = 0, amountOut = 0;
            foreach (var output in spent) amountIn += (ulong)output.Amount;
            foreach (var output in transaction.Outputs) amountOut += (ulong)output.Amount;
            if (amountIn != amountOut) return PlanetmintErrors.AmountMismatch(amountIn, amountOut);

            if (!signaturesValid) return PlanetmintErrors.InvalidSignature;
            for (var i = 0; i < spent.Length; i++)
            {
                if (!MaySpend(transaction.Inputs[i], spent[i])) return PlanetmintErrors.InvalidSignature;
            }

            return null;
        }

        private Result<StoredOutput> Find(TransactionInput input)
        {
            var name = input.Fulfills!.Value;
            if (!state.Outputs.TryGetValue(name, out var output) && !_outputs.TryGetValue(name, out output))
                return PlanetmintErrors.InputDoesNotExist(name.TransactionId);
            return state.Spent.Contains(name) || _spent.Contains(name) ? PlanetmintErrors.AlreadySpent(name.TransactionId) : output;
        }

        private static bool MaySpend(TransactionInput input, StoredOutput output) =>
            input.Fulfillment is { } fulfillment
            && fulfillment.Condition.Der.Span.SequenceEqual(output.Condition.Span)
            && OwnerKey.SetBytes(input.OwnersBefore).AsSpan().SequenceEqual(output.Owners.Span);
    }
}
