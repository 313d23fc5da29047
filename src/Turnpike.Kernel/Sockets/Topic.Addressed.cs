using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Sockets;

public sealed partial class Topic<TChange>
{
    /// <summary>
    /// Subscribes an open session to some objects: every change of them after the cursor, in order, none missed and none twice, each
    /// message behind the address's prefix. With a snapshot's <see cref="StatePoint"/> as the cursor it follows that state without a seam.
    /// Ends with the session, or by <see cref="Subscription.Leave"/>: after that nothing of it is queued any more.
    /// </summary>
    /// <remarks>
    /// For many small subscriptions: a change costs one look-up for each of its keys, and one encoding for each encoding, not for each
    /// subscription. What the address's keys find is a change, not a message: publish changes of one object. Where the cursor has gaps
    /// (<see cref="Cursor.HasGaps"/>) the encoding passes over what it contains.
    /// </remarks>
    /// <param name="session">Who gets the messages; on a WebSocket.</param>
    /// <param name="encoding">How; writes what follows the prefix.</param>
    /// <param name="address">Which, and behind which prefix.</param>
    /// <param name="after">What the client has. Its position must be the topic's kind of offset.</param>
    /// <exception cref="ArgumentException">The session is no WebSocket; or the cursor is in the past and the topic has no log.</exception>
    public Subscription Join(SocketSession session, IEncoding<TChange> encoding, Address address, Cursor after)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(encoding);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(after);
        if (session.Format != FrameFormat.WebSocket) throw new ArgumentException("Addresses are for WebSockets.", nameof(session));
        Subscription<TChange> subscription;
        bool replays;
        lock (_lock)
        {
            RequireLog(after.Position);
            subscription = new(this, session, _groups.Enter(encoding, FrameFormat.Content), after.Position, address);
            _addressed.Add(subscription);
            replays = !TryGoLive(subscription);
        }
        session.Track(subscription);
        if (replays) _ = ReplayAsync(subscription);
        return subscription;
    }

    private void RequireLog(long? after)
    {
        if (_log is null && after < _head) throw new ArgumentException($"Topic '{Name}' has no log to replay.", nameof(after));
    }

    private void Deliver(Recent<TChange> recent, Subscription<TChange> follower, long eventsBefore, Delivery pass)
    {
        if (follower.Group.FramesOf(recent, EncodingFailed) is not { } batch)
        {
            pass.Broken.Add(follower.Session);
            return;
        }
        if (batch.Count == 0 || recent.Change.Last <= follower.Cursor) return;
        _server.Metrics.FramesSent.Add(batch.Count);
        Give(follower, new LiveFrames(batch, recent.Before, eventsBefore), pass);
    }

    private bool Wants(Subscription<TChange> subscription, TChange change) =>
        subscription.Address is null ? subscription.Group.Wants(change) : _addressed.Follows(subscription, change);

    private static Queued Add(Subscription<TChange> subscription, FrameBatch frames, ref int from) => subscription.Address is { } address
        ? subscription.Session.Outbox.Add(frames, address.Prefix.Span, ref from)
        : subscription.Session.Outbox.Add(frames, ref from);

    private static int LengthOf(Subscription<TChange> subscription, FrameBatch frames, int frame)
    {
        var length = frames.StartOf(frame + 1) - frames.StartOf(frame);
        return subscription.Address is { } address ? ServerFrame.LengthOf(address.Prefix.Length + length) : length;
    }
}
