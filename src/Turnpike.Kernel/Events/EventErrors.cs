namespace Turnpike.Kernel.Events;

/// <summary>What a client can do wrong with a cursor.</summary>
public static class EventErrors
{
    /// <summary>The text is not a cursor of ours.</summary>
    public static readonly ProtocolError CursorMalformed = new(400, "cursor_malformed", "The cursor is not one that this server gave");

    /// <summary>Events after the cursor have been deleted: the client reads the state anew and goes on from there.</summary>
    public static readonly ProtocolError CursorExpired = new(410, "cursor_expired", "Events after the cursor are no longer kept");

    /// <summary>The cursor is ahead of the log: it came from another installation, or the store was restored from a backup.</summary>
    public static readonly ProtocolError CursorUnknown = new(410, "cursor_unknown", "The cursor is ahead of this server's events");
}
