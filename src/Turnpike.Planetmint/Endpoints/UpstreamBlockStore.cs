using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Backends;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>Puts an upstream's blocks into the chain as they are: the upstream decided. Nothing once the lease is another node's.</summary>
internal sealed class UpstreamBlockStore(
    IDatabase database, RecentBlocks recent, PlanetmintMetrics metrics, TimeProvider clock, Lease lease) : IBlockStore
{
    /// <inheritdoc/>
    public async ValueTask<(long Height, string Hash)?> ReadHeadAsync(CancellationToken cancellation)
    {
        var head = await database.ReadAsync(BlockTable.ReadHeadAsync, cancellation);
        return head == ChainHead.Genesis ? null : (head.Height, head.Hash.Hex);
    }

    /// <inheritdoc/>
    public async Task StoreAsync(UpstreamBlock block, CancellationToken cancellation)
    {
        var committed = new CommittedBlock(new ChainHead(block.Height, new AppHash(block.Hash)), [.. block.Transactions.Select(Read)]);
        var spent = committed.Transactions.SelectMany(t => t.Inputs).Select(i => i.Fulfills).OfType<OutputRef>().ToList();
        var made = committed.Transactions.SelectMany(t => t.Outputs.Select((_, i) => t.Output(i)));
        await database.CommitAsync<ChainHead>(BlockTable.HeadLock.Under(lease), async work =>
        {
            // An upstream may have pruned what this node never saw: of such an output there is nothing to be marked as spent.
            var known = await OutputTable.ReadAsync(work, spent);
            recent.Keep(committed);
            ChainStore.Write(work, committed, clock.GetUtcNow(), known.Keys.Concat(made).ToHashSet());
            return committed.Head;
        }, cancellation);
        metrics.BlockCommitted(committed.Transactions.Count);
    }

    private static Transaction Read(ReadOnlyMemory<byte> body) =>
        CommittedTransactionJson.Read(body).TryGet(out var transaction, out var error)
            ? transaction
            : throw new InvalidDataException($"The upstream has a transaction that cannot be read: {error.Message}");
}
