namespace Turnpike.Kernel.Sockets;

public sealed partial class Topic<TChange>
{
    private const int PageLength = 64;

    /// <summary>
    /// Reads for one subscription until it is at the head, at the pace of its client. Starts on the pool: nobody waits for it.
    /// </summary>
    private async Task ReplayAsync(Subscription<TChange> subscription)
    {
        await Task.Yield();
        _server.Metrics.Replays.Add(1);
        try
        {
            var page = new List<Recent<TChange>>();
            while (await NextPageAsync(subscription, page))
            {
                foreach (var recent in page)
                    if (!await GiveAsync(subscription, recent)) return;
            }
        }
#pragma warning disable CA1031 // The task belongs to nobody else: what the log or an encoding throws is logged here and ends the session.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _server.Logger.ReplayFailed(exception, Name);
            subscription.Session.Close(CloseCodes.InternalError, "internal error");
        }
    }

    /// <returns>False when there is nothing more to read: the subscription is live, or over.</returns>
    private async ValueTask<bool> NextPageAsync(Subscription<TChange> subscription, List<Recent<TChange>> page)
    {
        page.Clear();
        long head;
        lock (_lock)
        {
            if (subscription.Standing == Standing.Left || TryGoLive(subscription)) return false;
            head = _head;
            if (subscription.Cursor < head && _recent.TryRead(subscription.Cursor, page, PageLength)) return true;
        }
        // only the word that it has caught up is to be said
        if (subscription.Cursor >= head) return await WhenRoomAsync(subscription, _server.Options.OutboxBytes);
        if (_log is null) return await TooSlowAsync(subscription, "no log");
        var keys = subscription.Address?.Keys ?? subscription.Group.Encoding.Keys;
        var changes = await _log.ReadAsync(subscription.Cursor, keys, PageLength, CancellationToken.None);
        foreach (var change in changes) page.Add(new Recent<TChange>(change, subscription.Cursor));
        if (changes.Count == 0) subscription.Cursor = head;         // the log was read after the head was seen, and holds nothing up to it
        return true;
    }

    /// <returns>False if the subscription is over.</returns>
    private async ValueTask<bool> GiveAsync(Subscription<TChange> subscription, Recent<TChange> recent)
    {
        var change = recent.Change;
        if (change.Last <= subscription.Cursor) return true;
        var frames = FramesOf(recent, subscription);
        for (var from = frames.FirstAfter(subscription.Cursor); from < frames.Count;)
        {
            var begun = from;
            Queued queued;
            lock (_lock)        // once left, nothing of it may follow
            {
                if (subscription.Standing == Standing.Left) return false;
                queued = Add(subscription, frames, ref from);
            }
            if (queued == Queued.Closed) return false;
            subscription.Session.Wake(queued, here: false);
            if (from > begun)
            {
                subscription.Cursor = frames.OffsetOf(from - 1);
                _server.Metrics.FramesSent.Add(from - begun);
            }
            if (from < frames.Count && !await WhenRoomAsync(subscription, LengthOf(subscription, frames, from))) return false;
        }
        subscription.Cursor = change.Last;
        if (subscription.Passed < 0) return true;
        subscription.Passed += change.Count;
        return Lag(subscription) <= _server.Options.MaxLagEvents || await TooSlowAsync(subscription, "lag");
    }

    private FrameBatch FramesOf(Recent<TChange> recent, Subscription<TChange> subscription)
    {
        lock (_lock)
        {
            if (!Wants(subscription, recent.Change)) return FrameBatch.Empty;
            if (recent.For(subscription.Group) is { } made) return made;
        }
        return subscription.Group.Encode(recent.Change, subscription.Cursor);
    }

    private async ValueTask<bool> WhenRoomAsync(Subscription<TChange> subscription, int next)
    {
        if (!await subscription.Session.Outbox.WhenRoom(next)) return await TooSlowAsync(subscription, "no progress");
        return subscription.Session.IsOpen;
    }

    private long Lag(Subscription<TChange> subscription)
    {
        lock (_lock) return _events - subscription.Passed;
    }

    /// <returns>False, always.</returns>
    private async ValueTask<bool> TooSlowAsync(Subscription<TChange> subscription, string reason)
    {
        _server.Logger.SlowReader(Name, reason);
        var hint = _log is null
            ? ""
            : "; resume with " + await _log.ResumeHintAsync(subscription.Group.Encoding, subscription.Cursor, CancellationToken.None);
        subscription.Session.Close(CloseCodes.TryAgainLater, "slow consumer" + hint);
        return false;
    }
}
