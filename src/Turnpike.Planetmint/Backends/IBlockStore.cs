namespace Turnpike.Planetmint.Backends;

/// <summary>Where the follower's blocks go. Called by one follower at a time, in order.</summary>
internal interface IBlockStore
{
    /// <summary>The newest block that is stored.</summary>
    /// <returns>
    /// Null if there is none; a genesis of height 0 with an empty hash counts as none, because no upstream served it.
    /// </returns>
    ValueTask<(long Height, string Hash)?> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>Stores a block durably, whole or not at all. Its height is the head's + 1, or the first height if there is none.</summary>
    /// <remarks>
    /// If it throws, the follower reads the head again before it goes on, so a block that was stored nevertheless, or by another node,
    /// is not stored twice; a height that exists already must throw.
    /// </remarks>
    Task StoreAsync(UpstreamBlock block, CancellationToken cancellation);
}
