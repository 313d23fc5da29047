namespace Turnpike.Kernel.Sockets;

/// <summary>The last changes of a topic, by bytes, without gaps. Guarded by the topic's lock.</summary>
/// <param name="limit">How many bytes are kept.</param>
internal sealed class RecentChanges<TChange>(long limit)
    where TChange : class, IChange
{
    private const int PerEvent = 256;       // what an event is taken to weigh beside its frames
    private readonly List<(Recent<TChange> Item, long Bytes)> _items = [];
    private int _first;
    private long _bytes;

    public void Add(Recent<TChange> recent)
    {
        var bytes = recent.FrameBytes + ((long)PerEvent * recent.Change.Count);
        _items.Add((recent, bytes));
        _bytes += bytes;
        for (; _bytes > limit; _first++)
        {
            _bytes -= _items[_first].Bytes;
            _items[_first] = default;
        }
        if (_first <= 1024 || _first <= _items.Count / 2) return;
        _items.RemoveRange(0, _first);
        _first = 0;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _items.Clear();
        _first = 0;
        _bytes = 0;
    }

    /// <summary>The changes after the cursor, if none of them is gone.</summary>
    /// <param name="after">The cursor.</param>
    /// <param name="page">Empty before; gets at most <paramref name="most"/>.</param>
    /// <param name="most">How many at once.</param>
    public bool TryRead(long after, List<Recent<TChange>> page, int most)
    {
        if (_first == _items.Count || _items[_first].Item.Before > after) return false;
        var (low, high) = (_first, _items.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_items[middle].Item.Change.Last <= after) low = middle + 1;
            else high = middle;
        }
        for (; low < _items.Count && page.Count < most; low++) page.Add(_items[low].Item);
        return true;
    }
}
