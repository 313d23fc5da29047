using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>What all tables of the chain do together.</summary>
internal static class ChainStore
{
    /// <summary>Everything that a block's decision asks: one set read a table.</summary>
    public static async ValueTask<BlockState> ReadStateAsync(Reads reads, BlockQuestions questions) => new(
        await TransactionTable.ReadKnownAsync(reads, questions.Ids),
        await OutputTable.ReadAsync(reads, questions.Outputs),
        await SpendTable.ReadAsync(reads, questions.Outputs));

    /// <summary>Appends a block, and the word that the chain grew.</summary>
    /// <param name="work">The work, under <see cref="BlockTable.HeadLock"/>.</param>
    /// <param name="block">The block after the head.</param>
    /// <param name="committedAt">Now.</param>
    /// <param name="spendable">The outputs that can be marked as spent; null for all that the block spends.</param>
    public static void Write(Work work, CommittedBlock block, DateTimeOffset committedAt, IReadOnlySet<OutputRef>? spendable = null)
    {
        BlockTable.Write(work, block, committedAt);
        TransactionTable.Write(work, block);
        OutputTable.Write(work, block);
        SpendTable.Write(work, block, spendable);
        TextTable.Write(work, block);
        work.Append(ChainGrew.Topic, new ChainGrew(block.Height, block.Head.Hash.Hex), PlanetmintEvents.Default.ChainGrew);
    }
}
