namespace Turnpike.Kernel.Events;

/// <summary>A feed's place: the last event that it has handed over, and by what that is known again.</summary>
/// <param name="Position">Its position; 0 before the first.</param>
/// <param name="Mark">What the row says of itself; null where it was deleted before the feed began.</param>
internal readonly record struct FeedPlace(long Position, FeedMark? Mark);

/// <summary>
/// By what a row is known again. A database that lost its newest commits may give their positions to others; both which transaction wrote
/// a row and when would have to be the same by chance.
/// </summary>
internal readonly record struct FeedMark(long Transaction, long At);

/// <summary>A row of the event table as a feed reads it.</summary>
internal readonly record struct FeedRow(CommittedEvent Event, FeedMark Mark);

/// <summary>
/// What a feed may hand over. Positions are drawn before the commit, so one may become visible after a higher one: events go on as long as
/// their positions follow each other. At a hole they stop, until it is filled, or sealed: then whoever drew the position has ended, and
/// what is still missing never comes.
/// </summary>
/// <param name="place">What was handed over last.</param>
internal sealed class FeedOrder(FeedPlace place)
{
    private long _sealed = place.Position;

    /// <summary>What was handed over last.</summary>
    public FeedPlace Place { get; private set; } = place;

    /// <summary>The highest position seen.</summary>
    public long Highest { get; private set; } = place.Position;

    /// <summary>Events that the last look found behind a hole.</summary>
    public int Held { get; private set; }

    /// <summary>Takes what can be handed over.</summary>
    /// <param name="rows">What the table has after <see cref="Place"/>, in order; read after the last <see cref="Seal"/>.</param>
    /// <param name="into">Gets the events.</param>
    /// <returns>How many positions were passed over for good.</returns>
    public long Take(IReadOnlyList<FeedRow> rows, List<CommittedEvent> into)
    {
        var (taken, dead) = (0, 0L);
        foreach (var (e, mark) in rows)
        {
            var missing = e.Position - Place.Position - 1;
            if (missing > 0 && e.Position > _sealed) break;
            dead += missing;
            into.Add(e);
            Place = new(e.Position, mark);
            taken++;
        }

        if (rows.Count > 0) Highest = Math.Max(Highest, rows[^1].Event.Position);
        Held = rows.Count - taken;
        return dead;
    }

    /// <summary>Whoever drew a position up to this one has ended, and what is read from now on shows what became of it.</summary>
    public void Seal(long position) => _sealed = Math.Max(_sealed, position);
}
