using System.Globalization;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>The stored chain as the streams' log.</summary>
internal sealed class ChainLog(IDatabase database) : ITopicLog<BlockChange>
{
    /// <summary>Transactions read at a time: a page of blocks is cut where it would hold more.</summary>
    private const int PageRows = 2000;

    /// <summary>The place of a reader that has nothing yet.</summary>
    private const string FromStart = "from_height=0";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockChange>> ReadAsync(
        long after, IReadOnlyList<TopicKey> keys, int maxChanges, CancellationToken cancellation)
    {
        var position = new ChainPosition(after);
        var height = position == ChainPosition.EndOf(position.Height) ? position.Height : position.Height - 1;
        var (heads, bodies) = await database.ReadAsync(snapshot => ReadPageAsync(snapshot, height, maxChanges), cancellation);

        var byHeight = bodies.ToLookup(b => b.Position.Height);
        return [.. heads.Select(head => ToChange(head, byHeight[head.Height]))];
    }

    /// <summary>The block that follows a height; it is in the chain.</summary>
    public async Task<BlockChange> ReadNextAsync(long height, CancellationToken cancellation) =>
        (await ReadAsync(ChainPosition.EndOf(height).Value, [], 1, cancellation))[0];

    /// <inheritdoc/>
    public async ValueTask<string> ResumeHintAsync(IEncoding<BlockChange> encoding, long offset, CancellationToken cancellation)
    {
        var position = new ChainPosition(offset);
        if (encoding is IStreamEncoding { Kind: StreamKind.Blocks })
        {
            var height = position == ChainPosition.EndOf(position.Height) ? position.Height : position.Height - 1;
            return height < 0 ? FromStart : string.Create(CultureInfo.InvariantCulture, $"after={height}");
        }

        var id = await database.ReadAsync(snapshot => TransactionTable.ReadLastIdAsync(snapshot, position), cancellation);
        return id is null ? FromStart : $"after={id}";
    }

    private static async ValueTask<(List<ChainHead> Heads, IReadOnlyList<StoredBody> Bodies)> ReadPageAsync(
        Reads reads, long height, int maxBlocks)
    {
        List<ChainHead> heads = [];
        var rows = 0;
        foreach (var (head, transactions) in await BlockTable.ReadAfterAsync(reads, height, maxBlocks))
        {
            if (rows >= PageRows) break;
            heads.Add(head);
            rows += transactions;
        }

        // One read for all the blocks, as each may be a round trip.
        return (heads, rows == 0 ? [] : await TransactionTable.ReadRangeAsync(
            reads, ChainPosition.EndOf(heads[0].Height - 1), ChainPosition.EndOf(heads[^1].Height), rows));
    }

    private static BlockChange ToChange(ChainHead head, IEnumerable<StoredBody> bodies) =>
        new(new CommittedBlock(head, [.. bodies.Select(b => ToTransaction(b.Body))]));

    private static Transaction ToTransaction(byte[] body) =>
        CommittedTransactionJson.Read(body).TryGet(out var transaction, out var error)
            ? transaction
            : throw new InvalidOperationException($"A stored transaction cannot be read: {error.Message}");
}
