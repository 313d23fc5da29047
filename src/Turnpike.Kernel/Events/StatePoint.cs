namespace Turnpike.Kernel.Events;

/// <summary>
/// Which events a snapshot already contains. A subscriber buffers from the feed, reads its state, drops what the state contains and goes
/// on from there: none missed, none doubled.
/// </summary>
public readonly record struct StatePoint
{
    private readonly long _position;

    internal StatePoint(long position) => _position = position;

    /// <summary>True if the state was read after that event's commit.</summary>
    public bool Contains(CommittedEvent @event) => @event.Position <= _position;

    /// <summary>True if all that a client has had is in this state's log: else its cursor came from elsewhere.</summary>
    internal bool Reaches(Cursor cursor) => cursor.Newest <= _position;

    /// <summary>The point as the place from which a client resumes.</summary>
    public Cursor ToCursor() => Cursor.At(_position);
}
