using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>
/// The blocks that this process has just made, on their way from the writer to the feed: so that a block is published without being read
/// back. Told by height and hash, as a block whose commit failed was kept too, and another node may have taken its height.
/// </summary>
internal sealed class RecentBlocks
{
    /// <summary>A block is published right after its commit; some are enough even if the feed is behind.</summary>
    private const int Kept = 64;

    private readonly Lock _lock = new();
    private readonly Queue<CommittedBlock> _blocks = new(Kept);

    /// <summary>Keeps a block that is about to be committed.</summary>
    public void Keep(CommittedBlock block)
    {
        lock (_lock)
        {
            if (_blocks.Count == Kept) _blocks.Dequeue();
            _blocks.Enqueue(block);
        }
    }

    /// <summary>The block of that height and hash; null if it is not at hand.</summary>
    public CommittedBlock? Find(ChainHead head)
    {
        lock (_lock)
        {
            foreach (var block in _blocks)
            {
                if (block.Head == head) return block;
            }

            return null;
        }
    }
}
