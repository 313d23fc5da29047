namespace Turnpike.Kernel.Events;

/// <summary>
/// Who could still bring a position that is missing: whoever held the append lock when the highest position had been seen, as a work takes
/// it before it draws a position and lets go of it with its transaction, after its rows have become visible. Nobody waits for a fence.
/// </summary>
/// <param name="highest">The highest position seen before the holders were asked for.</param>
/// <param name="holders">The transactions that held the lock.</param>
/// <param name="began">When, on the feed's clock.</param>
internal sealed class FeedFence(long highest, IEnumerable<string> holders, long began)
{
    private readonly HashSet<string> _holders = [.. holders];
    private bool _said;

    /// <summary>Positions up to this one are decided once the fence is passed.</summary>
    public long Highest => highest;

    /// <summary>When it was set.</summary>
    public long Began => began;

    /// <summary>True once none of those transactions holds the lock any more; they have ended.</summary>
    /// <param name="holders">Who holds the lock now.</param>
    public bool Passes(IEnumerable<string> holders)
    {
        _holders.IntersectWith(holders);
        return _holders.Count == 0;
    }

    /// <summary>True once, if it stands for longer than that.</summary>
    public bool Says(TimeProvider clock, TimeSpan after)
    {
        if (_said || clock.GetElapsedTime(began) < after) return false;
        return _said = true;
    }
}
