using Turnpike.Kernel.Sockets;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>A block as the streams' topic sees it. Transactions have their positions as offsets, the block itself its end.</summary>
internal sealed class BlockChange(CommittedBlock block) : IChange
{
    public const string AssetKind = "asset_id";
    public const string OutputKind = "public_key";
    public const string InvolvedKind = "involves";

    private IReadOnlyCollection<TopicKey>? _keys;

    public CommittedBlock Block => block;

    public long First => ChainPosition.Of(block.Height, 0).Value;

    public long Last => ChainPosition.EndOf(block.Height).Value;

    public int Count => Math.Max(1, block.Transactions.Count);

    /// <summary>Asked for only while someone subscribes with a filter.</summary>
    public IReadOnlyCollection<TopicKey> Keys => _keys ??= FindKeys();

    private HashSet<TopicKey> FindKeys()
    {
        var keys = new HashSet<TopicKey>();
        foreach (var transaction in block.Transactions)
        {
            keys.Add(new(AssetKind, transaction.AssetId.ToString()));
            foreach (var key in transaction.OutputKeys)
            {
                keys.Add(new(OutputKind, key.ToString()));
                keys.Add(new(InvolvedKind, key.ToString()));
            }

            foreach (var key in transaction.OwnersBefore) keys.Add(new(InvolvedKind, key.ToString()));
        }

        return keys;
    }
}
