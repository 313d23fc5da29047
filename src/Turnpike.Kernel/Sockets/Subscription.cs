namespace Turnpike.Kernel.Sockets;

/// <summary>A session's place in a topic.</summary>
public abstract class Subscription
{
    private protected Subscription() { }

    /// <summary>Ends it: nothing more is queued. The session stays as it is. May be called again.</summary>
    public abstract void Leave();

    /// <summary>Whether something published for it may be on its way outside the session's outbox.</summary>
    internal abstract bool IsInRing { get; }

    /// <summary>Puts what was published for it into the session's outbox, without waiting for the walker.</summary>
    internal abstract Queued Settle();
}

/// <summary>Where a subscription gets its changes from.</summary>
internal enum Standing
{
    /// <summary>Behind the head: a task reads the log or the recent changes for it.</summary>
    Replaying,

    /// <summary>At the head: in its group.</summary>
    Live,

    /// <summary>Its cursor is beyond the head; it waits for the head to come by.</summary>
    Ahead,

    /// <summary>Over.</summary>
    Left,
}

/// <summary>A cursor. What is not said otherwise is guarded by the topic's lock.</summary>
internal sealed class Subscription<TChange>(
    Topic<TChange> topic, SocketSession session, Group<TChange> group, long cursor, Address? address = null) : Subscription
    where TChange : class, IChange
{
    public Topic<TChange> Topic => topic;

    public SocketSession Session => session;

    public Group<TChange> Group => group;

    /// <summary>What is its own; null if it gets what all of its group get.</summary>
    public Address? Address => address;

    /// <summary>Where it is while it is live; null with an address, as what it gets goes straight into its outbox.</summary>
    public LiveRing<TChange>? Ring { get; } = address is null ? group.RingOf(session.Walker) : null;

    /// <summary>With an address: the last change that it was found for.</summary>
    public long FoundFor { get; set; } = long.MinValue;

    /// <summary>The last offset that was queued or that is known to concern others only. While it replays, the replay's alone.</summary>
    public long Cursor { get; set; } = cursor;

    public Standing Standing { get; set; } = Standing.Replaying;

    /// <summary>Its place among the ring's members.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Up to where it has the ring's frames. The ring's.</summary>
    public long Position { get; set; }

    /// <summary>Of the topic's count of events how many it has passed; negative until it was live for the first time.</summary>
    public long Passed { get; set; } = -1;

    /// <summary>What is still to be told when the head is reached.</summary>
    public Action<long, FrameWriter>? CaughtUp { get; set; }

    public override void Leave() => topic.Leave(this);

    internal override bool IsInRing => address is null;

    internal override Queued Settle() => topic.Settle(this);
}
