namespace Turnpike.Kernel.Sockets;

/// <summary>The subscribers of a topic that get the same bytes. Guarded by the topic's lock.</summary>
internal sealed class Group<TChange>(IEncoding<TChange> encoding, FrameFormat format)
    where TChange : class, IChange
{
    private readonly List<LiveRing<TChange>> _rings = [];
    private (Recent<TChange>? Change, FrameBatch? Frames) _latest;      // what was made of the change published last

    public IEncoding<TChange> Encoding => encoding;

    public FrameFormat Format => format;

    /// <summary>The members at the head, by walker.</summary>
    public IReadOnlyList<LiveRing<TChange>> Rings => _rings;

    /// <summary>How many are at the head.</summary>
    public int LiveCount { get; private set; }

    /// <summary>All subscriptions, those that are behind too; the topic forgets the group when there is none.</summary>
    public int Subscriptions { get; set; }

    /// <summary>The last change that it was found for, so that a change with several of its keys finds it once.</summary>
    public long FoundFor { get; set; } = long.MinValue;

    public LiveRing<TChange> RingOf(Walker walker)
    {
        foreach (var ring in _rings)
            if (ring.Walker == walker) return ring;
        _rings.Add(new LiveRing<TChange>(walker));
        return _rings[^1];
    }

    public void Add(Subscription<TChange> subscription)
    {
        subscription.Ring!.Add(subscription);
        LiveCount++;
    }

    public void Remove(Subscription<TChange> subscription)
    {
        subscription.Ring!.Remove(subscription);
        LiveCount--;
    }

    public bool Wants(TChange change)
    {
        if (encoding.Keys.Count == 0) return true;
        foreach (var key in encoding.Keys)
            if (change.Keys.Contains(key)) return true;
        return false;
    }

    /// <summary>The frames of the change that is being published, made once.</summary>
    /// <returns>Null if the encoding failed.</returns>
    public FrameBatch? FramesOf(Recent<TChange> recent, Action<Exception> failed)
    {
        if (ReferenceEquals(_latest.Change, recent)) return _latest.Frames;
        _latest = (recent, null);
        try
        {
            var frames = Encode(recent.Change, recent.Before);
            recent.Keep(this, frames);
            _latest.Frames = frames;
        }
#pragma warning disable CA1031 // The one place for what an encoding throws while it publishes: its group is closed, the others go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failed(exception);
        }
        return _latest.Frames;
    }

    public FrameBatch Encode(TChange change, long after)
    {
        var frames = FrameWriter.Rent(format);
        encoding.Encode(change, after, frames);
        return frames.Take();
    }
}

/// <summary>A topic's groups, found by the keys of a change.</summary>
internal sealed class GroupIndex<TChange>
    where TChange : class, IChange
{
    private readonly Dictionary<(IEncoding<TChange>, FrameFormat), Group<TChange>> _groups = [];
    private readonly Dictionary<TopicKey, List<Group<TChange>>> _byKey = [];
    private readonly List<Group<TChange>> _unkeyed = [];

    /// <summary>The group for the encoding, with one subscription more.</summary>
    public Group<TChange> Enter(IEncoding<TChange> encoding, FrameFormat format)
    {
        if (!_groups.TryGetValue((encoding, format), out var group))
        {
            group = new Group<TChange>(encoding, format);
            _groups.Add((encoding, format), group);
            if (encoding.Keys.Count == 0) _unkeyed.Add(group);
            foreach (var key in encoding.Keys.Distinct())
            {
                if (!_byKey.TryGetValue(key, out var groups)) _byKey.Add(key, groups = []);
                groups.Add(group);
            }
        }
        group.Subscriptions++;
        return group;
    }

    /// <summary>One subscription less; a group without any is forgotten.</summary>
    public void Leave(Group<TChange> group)
    {
        if (--group.Subscriptions > 0) return;
        _groups.Remove((group.Encoding, group.Format));
        _unkeyed.Remove(group);
        foreach (var key in group.Encoding.Keys.Distinct())
            if (_byKey.TryGetValue(key, out var groups) && groups.Remove(group) && groups.Count == 0) _byKey.Remove(key);
    }

    /// <summary>
    /// The groups with live members that may want something of the change, each once. Keys that nobody asks for cost one look-up.
    /// </summary>
    public void Find(TChange change, List<Group<TChange>> found)
    {
        foreach (var group in _unkeyed)
            if (group.LiveCount > 0) found.Add(group);
        if (_byKey.Count == 0) return;
        foreach (var key in change.Keys)
        {
            if (!_byKey.TryGetValue(key, out var groups)) continue;
            foreach (var group in groups)
            {
                if (group.FoundFor == change.Last || group.LiveCount == 0) continue;
                group.FoundFor = change.Last;
                found.Add(group);
            }
        }
    }
}
