namespace Turnpike.Kernel.Events;

/// <summary>What a look at the tail found.</summary>
internal enum TailRead
{
    /// <summary>The events that follow, or none at the head.</summary>
    Held,

    /// <summary>Some of them are no longer held; they are in the table.</summary>
    Behind,

    /// <summary>The feed has started anew since: what follows the position is not known.</summary>
    PlaceLost,
}

/// <summary>The newest committed events, held in memory for subscribers; bounded, as the table has them all.</summary>
internal sealed class FeedTail(long head, int maxEvents, long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly CommittedEvent[] _ring = new CommittedEvent[maxEvents];
    private int _first;
    private int _count;
    private long _bytes;
    private long _start = head;
    private int _starts;
    private long _before = head;    // everything after this position, up to the head, is in the ring
    private long _head = head;

    /// <summary>The position of the newest event.</summary>
    public long Head
    {
        get
        {
            lock (_lock) return _head;
        }
    }

    /// <summary>How often the feed has started anew, and after which position it did so last.</summary>
    public (int Number, long Position) Start
    {
        get
        {
            lock (_lock) return (_starts, _start);
        }
    }

    /// <summary>Adds events at the end, in order, and drops the oldest over the bounds.</summary>
    public void Append(List<CommittedEvent> events)
    {
        lock (_lock)
        {
            foreach (var e in events)
            {
                if (_count == maxEvents) DropFirst();
                _ring[(_first + _count++) % maxEvents] = e;
                _bytes += e.Payload.Length;
                _head = e.Position;
                while (_bytes > maxBytes && _count > 1) DropFirst();
            }
        }
    }

    /// <summary>Forgets all, and goes on after another position.</summary>
    public void StartAnew(long position)
    {
        lock (_lock)
        {
            while (_count > 0) DropFirst();
            _start = _before = _head = position;
            _starts++;
        }
    }

    /// <summary>Copies the events that follow a position.</summary>
    /// <param name="after">The position.</param>
    /// <param name="start">The start that the position belongs to.</param>
    /// <param name="max">How many to copy, at most.</param>
    /// <param name="into">The list to add them to; none at the head.</param>
    /// <param name="before">The position after which all is held.</param>
    public TailRead Read(long after, int start, int max, List<CommittedEvent> into, out long before)
    {
        lock (_lock)
        {
            before = _before;
            if (start != _starts) return TailRead.PlaceLost;
            if (after < _before) return TailRead.Behind;
            for (var i = FirstAfter(after); i < _count && into.Count < max; i++) into.Add(_ring[(_first + i) % maxEvents]);
            return TailRead.Held;
        }
    }

    private int FirstAfter(long position)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ring[(_first + middle) % maxEvents].Position <= position) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void DropFirst()
    {
        _before = _ring[_first].Position;
        _bytes -= _ring[_first].Payload.Length;
        _ring[_first] = null!;
        _first = (_first + 1) % maxEvents;
        _count--;
    }
}
