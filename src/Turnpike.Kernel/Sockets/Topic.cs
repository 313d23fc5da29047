namespace Turnpike.Kernel.Sockets;

/// <summary>
/// Changes in one order, and who gets them. Published to by the feed only, one change after another. The lock is held over encoding and
/// over one append to each ring: that a change goes to everyone who is at the head, and that everyone else is not, is one step. Locks are
/// taken in this order: topic, ring, outbox.
/// </summary>
/// <typeparam name="TChange">A committed batch of events.</typeparam>
public sealed partial class Topic<TChange>
    where TChange : class, IChange
{
    private readonly Lock _lock = new();
    private readonly SocketServer _server;
    private readonly ITopicLog<TChange>? _log;
    private readonly GroupIndex<TChange> _groups = new();
    private readonly RecentChanges<TChange> _recent;
    private readonly List<Subscription<TChange>> _ahead = [];
    private readonly List<Group<TChange>> _found = [];
    private readonly AddressIndex<TChange> _addressed = new();
    private readonly List<Subscription<TChange>> _followers = [];
    private long _head, _events;

    internal Topic(SocketServer server, string name, ITopicLog<TChange>? log, long head)
    {
        _server = server;
        _log = log;
        _head = head;
        _recent = new RecentChanges<TChange>(server.Options.RecentBytes);
        Name = name;
    }

    /// <summary>For the log.</summary>
    public string Name { get; }

    /// <summary>The offset of the last event that was published.</summary>
    public long Head
    {
        get { lock (_lock) return _head; }
    }

    /// <summary>Gives a change to everyone who is at the head. A change that was published before is passed over.</summary>
    /// <param name="change">The next one; committed.</param>
    /// <returns>Completes when the publisher may go on: at once, unless it is too far ahead of the walkers. Never waits for a
    /// client.</returns>
    public ValueTask PublishAsync(TChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var pass = new Delivery();
        lock (_lock)
        {
            if (change.Last <= _head) return ValueTask.CompletedTask;
            Deliver(change, pass);
        }
        foreach (var session in pass.Here) session.Wake(Queued.Idle, here: true);
        foreach (var fallen in pass.Fallen) _ = ReplayAsync(fallen);
        foreach (var session in pass.Broken) session.Close(CloseCodes.InternalError, "internal error");
        return _server.Walkers.WhenRoomAsync();
    }

    /// <summary>
    /// Puts the topic to another head: what was published before may be more, or other, than its log now holds. Who has subscribed until
    /// now must be sent away before the next change is published: <see cref="Hub.PlaceLost"/>.
    /// </summary>
    /// <param name="head">The offset of the last event that the log holds.</param>
    public void StartAnew(long head)
    {
        lock (_lock)
        {
            _head = head;
            _recent.Clear();
        }
    }

    /// <summary>
    /// Subscribes an open session: every change after the cursor, in order, none missed and none twice. Behind the head it reads the
    /// log; at the head it joins the live group under the topic's lock, so there is no seam. Best called in
    /// <see cref="SocketSession.OnOpen"/>. Ends with the session.
    /// </summary>
    /// <param name="session">Who gets the messages.</param>
    /// <param name="encoding">How; its group.</param>
    /// <param name="after">The offset of the last event that the client has; null for what happens from now on. May be beyond the head:
    /// then it waits.</param>
    /// <param name="caughtUp">Called once, when the head (its first argument) is reached; what it writes stands between the past and the
    /// live events.</param>
    /// <exception cref="ArgumentException">The cursor is in the past and the topic has no log.</exception>
    public Subscription Join(SocketSession session, IEncoding<TChange> encoding, long? after = null,
        Action<long, FrameWriter>? caughtUp = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(encoding);
        Subscription<TChange> subscription;
        bool replays;
        lock (_lock)
        {
            RequireLog(after);
            var group = _groups.Enter(encoding, session.Format);
            subscription = new Subscription<TChange>(this, session, group, after ?? _head) { CaughtUp = caughtUp };
            replays = !TryGoLive(subscription);
        }
        session.Track(subscription);
        if (replays) _ = ReplayAsync(subscription);
        return subscription;
    }

    internal void Leave(Subscription<TChange> subscription)
    {
        var queued = Queued.Taken;
        lock (_lock)
        {
            if (subscription.Standing == Standing.Left) return;
            if (subscription.Address is not null)
            {
                _addressed.Remove(subscription);
            }
            else if (subscription.Standing == Standing.Live)
            {
                queued = subscription.Ring!.Settle(subscription, out _);
                subscription.Group.Remove(subscription);
            }
            if (subscription.Standing == Standing.Ahead) _ahead.Remove(subscription);
            subscription.Standing = Standing.Left;
            _groups.Leave(subscription.Group);
        }
        subscription.Session.Wake(queued, here: false);
        subscription.Session.Untrack(subscription);
    }

    /// <summary>
    /// Gives a live subscription what is on its way to it. If the outbox has no room for all of it, it goes back to replay.
    /// </summary>
    internal Queued Settle(Subscription<TChange> subscription)
    {
        Queued queued;
        lock (_lock)
        {
            if (subscription.Standing != Standing.Live || subscription.Ring is not { } ring) return Queued.Taken;
            queued = ring.Settle(subscription, out var missed);
            if (missed is not var (frames, taken)) return queued;
            Fall(subscription, frames, taken);
        }
        _ = ReplayAsync(subscription);
        return queued;
    }

    /// <summary>What a publication leaves to be done outside the lock.</summary>
    private sealed class Delivery
    {
        public List<SocketSession> Here { get; } = [];

        public List<Subscription<TChange>> Fallen { get; } = [];

        /// <summary>Whose encoding failed.</summary>
        public List<SocketSession> Broken { get; } = [];

        public bool SendsHere { get; set; }
    }

    private void Deliver(TChange change, Delivery pass)
    {
        var (before, eventsBefore) = (_head, _events);
        _head = change.Last;
        _events += change.Count;
        _found.Clear();
        _groups.Find(change, _found);
        _followers.Clear();
        _addressed.Find(change, _followers);
        pass.SendsHere = _found.Sum(group => group.LiveCount) + _followers.Count <= _server.Options.SendHereUpTo;
        var recent = new Recent<TChange>(change, before);
        var publication = _server.Walkers.Publish(change.Count);
        try
        {
            foreach (var group in _found) Deliver(recent, group, eventsBefore, publication, pass);
            foreach (var follower in _followers) Deliver(recent, follower, eventsBefore, pass);
        }
        finally
        {
            publication.Done();     // whatever is thrown must not hold publishers back for ever
        }
        for (var i = _ahead.Count - 1; i >= 0; i--) PassBy(_ahead[i], change, pass);
        if (_log is not null) _recent.Add(recent);
    }

    private void Deliver(Recent<TChange> recent, Group<TChange> group, long eventsBefore, Publication publication, Delivery pass)
    {
        if (group.FramesOf(recent, EncodingFailed) is not { } batch)
        {
            pass.Broken.AddRange(group.Rings.SelectMany(ring => ring.Members).Select(member => member.Session));
            return;
        }
        if (batch.Count == 0) return;
        _server.Metrics.FramesSent.Add((long)batch.Count * group.LiveCount);
        var frames = new LiveFrames(batch, recent.Before, eventsBefore);
        foreach (var ring in group.Rings) Publish(ring, frames, publication, pass);
    }

    private void EncodingFailed(Exception exception) => _server.Logger.EncodingFailed(exception, Name);

    private void Publish(LiveRing<TChange> ring, LiveFrames frames, Publication publication, Delivery pass)
    {
        if (!pass.SendsHere || !ring.IsIdle)
        {
            if (ring.Members.Count > 0) ring.Publish(frames, publication);
            return;
        }
        // who falls leaves its slot to one that was served
        for (var i = ring.Members.Count - 1; i >= 0; i--) Give(ring.Members[i], frames, pass);
    }

    private void Give(Subscription<TChange> subscription, LiveFrames frames, Delivery pass)
    {
        var taken = frames.Batch.FirstAfter(subscription.Cursor);
        var queued = Add(subscription, frames.Batch, ref taken);
        if (queued == Queued.Idle)
        {
            if (pass.SendsHere) pass.Here.Add(subscription.Session);
            else subscription.Session.Wake(queued, here: false);
        }
        if (queued == Queued.Closed || taken == frames.Batch.Count) return;
        Fall(subscription, frames, taken);
        pass.Fallen.Add(subscription);
    }

    /// <summary>The outbox is full: from the last frame that it took the subscription goes on as a replay.</summary>
    private void Fall(Subscription<TChange> subscription, LiveFrames frames, int taken)
    {
        _server.Metrics.OutboxFull.Add(1);
        subscription.Standing = Standing.Replaying;
        var passed = taken == 0 ? frames.Before : frames.Batch.OffsetOf(taken - 1);
        subscription.Cursor = Math.Max(passed, subscription.Cursor);
        if (subscription.Address is not null) return;
        subscription.Group.Remove(subscription);
        subscription.Passed = frames.EventsBefore;
    }

    /// <summary>For a cursor beyond the head: the change may reach it, pass it, or contain it.</summary>
    private void PassBy(Subscription<TChange> subscription, TChange change, Delivery pass)
    {
        if (change.Last < subscription.Cursor) return;
        _ahead.Remove(subscription);
        subscription.Standing = Standing.Live;
        subscription.Group.Add(subscription);
        var cursor = subscription.Cursor;
        subscription.Passed = _events;
        if (change.Last == cursor || !subscription.Group.Wants(change)) return;
        var frames = subscription.Group.Encode(change, cursor);
        if (frames.Count > 0) Give(subscription, new LiveFrames(frames, cursor, _events - change.Count), pass);
    }

    /// <summary>At or beyond the head a subscription waits for what is published; behind it, it has to read.</summary>
    private bool TryGoLive(Subscription<TChange> subscription)
    {
        if (subscription.Cursor < _head) return false;
        if (subscription.Address is not null)
        {
            subscription.Standing = Standing.Live;
            return true;
        }
        if (subscription.CaughtUp is { } tell)
        {
            var frames = FrameWriter.Rent(subscription.Session.Format);
            tell(_head, frames);
            var (batch, taken) = (frames.Take(), 0);
            var queued = subscription.Session.Outbox.Add(batch, ref taken);
            if (queued == Queued.Full) return false;
            subscription.Session.Wake(queued, here: false);
            subscription.CaughtUp = null;
        }
        if (subscription.Cursor > _head)
        {
            subscription.Standing = Standing.Ahead;
            _ahead.Add(subscription);
            return true;
        }
        subscription.Standing = Standing.Live;
        subscription.Group.Add(subscription);
        subscription.Passed = _events;
        return true;
    }
}
