using System.Diagnostics.Metrics;

namespace Turnpike.Planetmint;

/// <summary>What this node counts.</summary>
internal sealed class PlanetmintMetrics
{
    private readonly Counter<long> _transactions;
    private readonly Counter<long> _blocks;
    private readonly Histogram<int> _blockSize;

    public PlanetmintMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Turnpike.Planetmint");
        _transactions = meter.CreateCounter<long>(
            "turnpike.planetmint.transactions.posted", "{transaction}", "Transactions posted, by how it went.");
        _blocks = meter.CreateCounter<long>("turnpike.planetmint.blocks.committed", "{block}", "Blocks committed by this node.");
        _blockSize = meter.CreateHistogram<int>("turnpike.planetmint.block.transactions", "{transaction}", "Transactions in a block.");
    }

    /// <summary>A transaction was answered.</summary>
    /// <param name="result"><c>ok</c> or the error's name.</param>
    public void Posted(string result) => _transactions.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>A block is on the disk.</summary>
    public void BlockCommitted(int transactions)
    {
        _blocks.Add(1);
        _blockSize.Record(transactions);
    }
}
