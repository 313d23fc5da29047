using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>The store as of one point between two commits. Not to be used after the read has returned, nor from another thread.</summary>
public abstract class Snapshot : Reads
{
    private protected Snapshot() { }

    /// <summary>Which events this state already contains.</summary>
    public abstract ValueTask<StatePoint> PointAsync();

    /// <summary>The highest position that has ever been given out, also to an event that was deleted or undone since.</summary>
    internal abstract ValueTask<long> NewestAsync();
}
