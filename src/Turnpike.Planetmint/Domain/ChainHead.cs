namespace Turnpike.Planetmint.Domain;

/// <summary>Where the chain ends.</summary>
/// <param name="Height">Of the last block; 0 is genesis, which holds nothing.</param>
/// <param name="Hash">Chains over all blocks up to it.</param>
public readonly record struct ChainHead(long Height, AppHash Hash)
{
    /// <summary>A chain without blocks.</summary>
    public static readonly ChainHead Genesis = new(0, AppHash.Genesis);

    /// <summary>The head after a block of these transactions.</summary>
    /// <param name="transactions">In order; at least one.</param>
    public ChainHead Next(IReadOnlyList<Transaction> transactions) =>
        new(checked(Height + 1), Hash.Next([.. transactions.Select(t => t.Id)]));
}
