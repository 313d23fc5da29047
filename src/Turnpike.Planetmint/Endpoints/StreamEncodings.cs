using Turnpike.Kernel.Sockets;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>How subscribers see the chain. Equal ones are one group.</summary>
internal static class StreamEncodings
{
    /// <summary>The encoding that a subscriber asks for.</summary>
    public static IEncoding<BlockChange> Of(StreamParameters parameters) => parameters.Kind switch
    {
        StreamKind.Transactions => new TransactionEncoding(parameters.Dialect, parameters.IncludeTransaction, parameters.Filter),
        _ => new BlockEncoding(parameters.Filter),
    };

    /// <summary>The keys by which a filter is found: those of its narrowest parameter, as all parameters must hold.</summary>
    private static IReadOnlyList<TopicKey> KeysOf(StreamFilter filter) => filter switch
    {
        { AssetIds.Count: > 0 } => [.. filter.AssetIds.Select(id => new TopicKey(BlockChange.AssetKind, id.ToString()))],
        { PublicKeys.Count: > 0 } => [.. filter.PublicKeys.Select(key => new TopicKey(BlockChange.OutputKind, key.ToString()))],
        { Involved.Count: > 0 } => [.. filter.Involved.Select(key => new TopicKey(BlockChange.InvolvedKind, key.ToString()))],
        _ => [],
    };

    /// <summary><c>valid_transactions</c>: a message for each transaction that passes the filter.</summary>
    private sealed record TransactionEncoding(StreamDialect Dialect, bool Include, StreamFilter Filter) : IStreamEncoding
    {
        public StreamKind Kind => StreamKind.Transactions;

        public IReadOnlyList<TopicKey> Keys => KeysOf(Filter);

        public void Encode(BlockChange change, long after, FrameWriter frames)
        {
            var block = change.Block;
            Span<byte> id = stackalloc byte[TransactionId.HexLength];
            for (var i = 0; i < block.Transactions.Count; i++)
            {
                var transaction = block.Transactions[i];
                var offset = block.Position(i).Value;
                if (offset <= after || !Filter.Matches(transaction)) continue;
                transaction.Id.WriteHex(id);
                frames.Begin(offset, id);
                StreamMessages.WriteTransaction(
                    frames, Dialect, transaction.Id, transaction.AssetId, block.Height, Include ? transaction.CanonicalBody.Span : default);
                frames.End();
            }
        }
    }

    /// <summary><c>valid_blocks</c>: a message for each block, with the transactions that pass the filter; without any, none.</summary>
    private sealed record BlockEncoding(StreamFilter Filter) : IStreamEncoding
    {
        public StreamKind Kind => StreamKind.Blocks;

        public IReadOnlyList<TopicKey> Keys => KeysOf(Filter);

        public void Encode(BlockChange change, long after, FrameWriter frames)
        {
            var block = change.Block;
            if (change.Last <= after) return;
            var ids = block.Transactions.Where(Filter.Matches).Select(t => t.Id).ToList();
            if (ids.Count == 0 && !Filter.IsEmpty) return;
            Span<byte> height = stackalloc byte[20];
            block.Height.TryFormat(height, out var length);
            frames.Begin(change.Last, height[..length]);
            StreamMessages.WriteBlock(frames, block.Height, block.Head.Hash, ids);
            frames.End();
        }
    }
}
