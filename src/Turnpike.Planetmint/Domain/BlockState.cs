namespace Turnpike.Planetmint.Domain;

/// <summary>What the committed chain says about everything that a block's candidates name; read in one set read a table.</summary>
/// <param name="KnownIds">Those of <see cref="BlockQuestions.Ids"/> that are committed.</param>
/// <param name="Outputs">Those of <see cref="BlockQuestions.Outputs"/> that exist, spent or not.</param>
/// <param name="Spent">Those of <see cref="BlockQuestions.Outputs"/> that are spent.</param>
public sealed record BlockState(
    IReadOnlySet<TransactionId> KnownIds,
    IReadOnlyDictionary<OutputRef, StoredOutput> Outputs,
    IReadOnlySet<OutputRef> Spent);

/// <summary>What has to be read before a block can be decided. Each named once, in ascending order of the ids.</summary>
/// <param name="Ids">The candidates' ids.</param>
/// <param name="Outputs">The outputs that they spend.</param>
public sealed record BlockQuestions(IReadOnlyList<TransactionId> Ids, IReadOnlyList<OutputRef> Outputs)
{
    /// <summary>The questions of some candidates.</summary>
    /// <param name="candidates">In any order.</param>
    public static BlockQuestions Of(IReadOnlyList<Candidate> candidates) => new(
        [.. candidates.Select(c => c.Transaction.Id).Distinct().Order()],
        [.. candidates.SelectMany(c => c.Transaction.Inputs).Where(i => i.Fulfills is not null).Select(i => i.Fulfills!.Value)
            .Distinct().OrderBy(o => o.TransactionId).ThenBy(o => o.Index)]);
}
