namespace Turnpike.Kernel.Events;

/// <summary>A feed's place: the last event that it has handed over, or by what that is known again.</summary>
/// <param name="Position">Its position; 0 before the first.</param>
/// <param name="Mark">What the row says of itself; null where it was deleted before the feed began.</param>
internal readonly record struct FeedPlace(long Position, FeedMark? Mark);

/// <summary>
/// By what a row is known again. A database that lost its newest commits may give their positions to others; both which transaction wrote
/// a row and when would have to be the same by chance.
/// </summary>
internal readonly record struct FeedMark(long Transaction, long At);

/// <summary>A row of the event table as a feed gets it.</summary>
internal readonly record struct FeedRow(CommittedEvent Event, FeedMark Mark);

/// <summary>
/// What a feed may hand over. Positions are drawn before the commit, so one may become visible after a higher one: events go on as long as
/// their positions follow each other. What comes after a hole is kept until the hole is filled, or given up: then whoever drew the
/// position has ended, and what is still missing never comes.
/// </summary>
/// <param name="place">What was handed over last.</param>
internal sealed class FeedOrder(FeedPlace place)
{
    /// <summary>Events kept behind holes; what is in the table beyond them is read when there is room.</summary>
    public const int MaxHeld = 4000;

    private readonly PriorityQueue<FeedRow, long> _held = new();
    private readonly List<Run> _missing = [];

    /// <summary>What was handed over last.</summary>
    public FeedPlace Place { get; private set; } = place;

    /// <summary>The highest position seen.</summary>
    public long Highest { get; private set; } = place.Position;

    /// <summary>Events that wait for one before them.</summary>
    public int Held => _held.Count;

    /// <summary>The positions that have not been seen: the holes, and where there is room all that follows.</summary>
    public List<Run> Unseen => IsFull ? [.. _missing] : [.. _missing, new(Highest + 1, long.MaxValue)];

    private bool IsFull => Held >= MaxHeld;

    /// <summary>Adds a row, in any order. One that was added before, or for which there is no room, is as if it had not come.</summary>
    public void Add(in FeedRow row)
    {
        var position = row.Event.Position;
        if (position > Highest)
        {
            if (IsFull) return;
            if (position > Highest + 1) _missing.Add(new(Highest + 1, position - 1));
            Highest = position;
        }
        else if (!TryFill(position))
        {
            return;
        }

        _held.Enqueue(row, position);
    }

    /// <summary>Takes what can be handed over.</summary>
    /// <param name="into">Gets the events.</param>
    public void Take(List<CommittedEvent> into)
    {
        var next = _missing.Count > 0 ? _missing[0].First : long.MaxValue;
        while (_held.TryPeek(out var row, out var position) && position < next)
        {
            _held.Dequeue();
            into.Add(row.Event);
            Place = new(position, row.Mark);
        }
    }

    /// <summary>Whoever drew a position up to this one has ended, and what became of it has been added: the rest is given up.</summary>
    /// <returns>How many positions.</returns>
    public long GiveUp(long position)
    {
        var positions = 0L;
        while (_missing.Count > 0 && _missing[0].First <= position)
        {
            var (first, last) = _missing[0];
            positions += Math.Min(last, position) - first + 1;
            _missing.RemoveAt(0);
            if (last > position) _missing.Insert(0, new(position + 1, last));
        }

        return positions;
    }

    private bool TryFill(long position)
    {
        // Few, and what comes late is mostly among the first.
        var at = _missing.FindIndex(run => run.Last >= position);
        if (at < 0 || _missing[at].First > position) return false;
        var (first, last) = _missing[at];
        if (first == last) _missing.RemoveAt(at);
        else if (position == first) _missing[at] = new(first + 1, last);
        else if (position == last) _missing[at] = new(first, last - 1);
        else
        {
            _missing[at] = new(first, position - 1);
            _missing.Insert(at + 1, new(position + 1, last));
        }

        return true;
    }
}
