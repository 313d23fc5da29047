namespace Turnpike.Kernel.Events;

/// <summary>
/// Which events a snapshot already contains: everything up to a position, and where works are committed side by side also some after it.
/// A subscriber buffers from the feed, reads its state, drops what the state contains and goes on from there: none missed, none doubled.
/// </summary>
public readonly record struct StatePoint
{
    private readonly Cursor? _cursor;

    /// <summary>Everything up to a position.</summary>
    internal StatePoint(long position) => _cursor = Cursor.At(position);

    /// <summary>Everything up to the settled position, and what the snapshot holds after it.</summary>
    /// <param name="settled">The feed's <see cref="Feed.Head"/> from before the snapshot began.</param>
    /// <param name="after">The runs after it that the snapshot sees, rising.</param>
    /// <exception cref="Storage.StorageUnavailableException">Too many gaps; in a moment some of them are settled.</exception>
    internal StatePoint(long settled, IReadOnlyList<Run> after) => _cursor = Cursor.Of(settled, [.. after]);

    /// <summary>True if the state was read after that event's commit.</summary>
    public bool Contains(CommittedEvent @event) => ToCursor().Contains(@event);

    /// <summary>The point as the place from which a client resumes.</summary>
    public Cursor ToCursor() => _cursor ?? Cursor.Start;
}
