namespace Turnpike.Planetmint.Domain;

/// <summary>A block of the chain with its transactions, in order.</summary>
/// <param name="Head">Its height and hash.</param>
/// <param name="Transactions">Their place here is their index; may be empty where an upstream makes empty blocks.</param>
public sealed record CommittedBlock(ChainHead Head, IReadOnlyList<Transaction> Transactions)
{
    /// <summary>Its height.</summary>
    public long Height => Head.Height;

    /// <summary>The place of one of its transactions.</summary>
    /// <param name="index">From 0.</param>
    public ChainPosition Position(int index) => ChainPosition.Of(Height, index);
}
