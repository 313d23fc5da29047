namespace Turnpike.Planetmint.Backends;

/// <summary>What the follower is doing.</summary>
internal enum FollowerState
{
    /// <summary>It has not heard from the upstream yet.</summary>
    Starting,

    /// <summary>Another node on the same store follows; this one takes over when that one ends.</summary>
    Standby,

    /// <summary>It takes blocks as they come.</summary>
    Following,

    /// <summary>Something failed; it tries again.</summary>
    Failing,

    /// <summary>The upstream has another history than the one stored. Someone has to look, and restart.</summary>
    Stopped,
}

/// <summary>How following goes.</summary>
/// <param name="State">What the follower is doing.</param>
/// <param name="StoredHeight">The newest height that is stored; null if none, or not known yet.</param>
/// <param name="UpstreamHeight">The newest height that the upstream had at the last check; null if not known (BigchainDB).</param>
/// <param name="IsListening">Whether the wake-up socket is open; without it blocks come by polling.</param>
/// <param name="Problem">What is wrong, as a sentence; null while <see cref="IsHealthy"/>.</param>
internal sealed record FollowerHealth(FollowerState State, long? StoredHeight, long? UpstreamHeight, bool IsListening, string? Problem)
{
    /// <summary>True while blocks are taken as they come, here or by another node.</summary>
    public bool IsHealthy => State is FollowerState.Following or FollowerState.Standby;

    /// <summary>Blocks still to be taken, as far as is known.</summary>
    public long Lag => Math.Max(0, (UpstreamHeight ?? 0) - (StoredHeight ?? 0));
}
