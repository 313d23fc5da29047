using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>A page of the log.</summary>
/// <param name="Events">The events asked for, in order; may be empty before the head where other topics fill the pages.</param>
/// <param name="Next">From where to read on.</param>
/// <param name="IsHead">True if nothing followed that this node's feed had brought when the page was read.</param>
public sealed record EventPage(IReadOnlyList<CommittedEvent> Events, Cursor Next, bool IsHead);

/// <summary>
/// The event table as the means to resume. Every page is a short read of its own: nothing is held at a client's pace. It ends where this
/// node's feed is: what is newer the feed has yet to bring.
/// </summary>
/// <param name="database">The store.</param>
public sealed class EventLog(IDatabase database)
{
    private const int MaxScan = 4096;   // rows of other topics read past in one page: a few milliseconds

    /// <summary>Reads events after a cursor.</summary>
    /// <param name="topicPrefix">What their topics begin with; empty for all.</param>
    /// <param name="after">The client's cursor.</param>
    /// <param name="limit">How many to return, at most; 1 to 4096.</param>
    /// <param name="cancellation">Ends the wait for a free reader.</param>
    /// <returns>A page; or <see cref="EventErrors.CursorExpired"/> or <see cref="EventErrors.CursorUnknown"/>.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    public Task<Result<EventPage>> ReadAsync(string topicPrefix, Cursor after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxScan);
        return ReadAsync(after, floors => FloorTable.Of(floors, topicPrefix),
            (snapshot, settled) => ReadPageAsync(snapshot, topicPrefix, after, settled, limit), cancellation);
    }

    /// <summary>Reads the events of some topics after a cursor, whatever lies between them.</summary>
    /// <param name="topics">The topics, each once.</param>
    /// <param name="after">The client's cursor.</param>
    /// <param name="limit">How many to return, at most; 1 to 4096.</param>
    /// <param name="cancellation">Ends the wait for a free reader.</param>
    /// <inheritdoc cref="ReadAsync(string, Cursor, int, CancellationToken)"/>
    public Task<Result<EventPage>> ReadAsync(IReadOnlyList<string> topics, Cursor after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxScan);
        return ReadAsync(after, floors => topics.Select(topic => FloorTable.Governing(floors, topic)).Append(0).Max(),
            (snapshot, settled) => ReadPageAsync(snapshot, topics, after, settled, limit), cancellation);
    }

    private Task<Result<EventPage>> ReadAsync(Cursor after, Func<IReadOnlyList<Floor>, long> floorOf,
        Func<Snapshot, long, ValueTask<EventPage>> read, CancellationToken cancellation)
    {
        // Looked at before the snapshot begins, so that this holds all that there will ever be up to it. What is beyond comes live.
        var settled = database.Feed.Head;
        return database.ReadAsync<Result<EventPage>>(async snapshot =>
        {
            if (after.Newest > await snapshot.NewestAsync()) return EventErrors.CursorUnknown;
            if (after.Position < floorOf(await FloorTable.ReadAsync(snapshot))) return EventErrors.CursorExpired;
            return await read(snapshot, settled);
        }, cancellation);
    }

    private static async ValueTask<EventPage> ReadPageAsync(Snapshot snapshot, IReadOnlyList<string> topics, Cursor after, long settled,
        int limit)
    {
        // What a topic has beyond its first so many comes after as many events of its own: it cannot belong to the page.
        var found = await EventTable.ReadAsync(snapshot, topics, after.Position, settled, limit);
        var page = found.OrderBy(e => e.Position).Take(limit).ToList();
        var isHead = found.Count < limit;
        var next = after.AdvancedTo(isHead ? settled : page[^1].Position);
        return new([.. page.Where(e => !after.Contains(e))], next, isHead);
    }

    private static async ValueTask<EventPage> ReadPageAsync(Snapshot snapshot, string topicPrefix, Cursor after, long settled,
        int limit)
    {
        var events = new List<CommittedEvent>();
        var next = after;
        for (var scanned = 0; scanned < MaxScan;)
        {
            var page = Math.Min(MaxScan - scanned, Math.Max(limit, 64));
            var rows = await EventTable.ReadAsync(snapshot, next.Position, settled, page);
            foreach (var e in rows)
            {
                if (!after.Contains(e) && e.Topic.StartsWith(topicPrefix, StringComparison.Ordinal))
                {
                    if (events.Count == limit) return new(events, next, IsHead: false);
                    events.Add(e);
                }

                next = after.AdvancedTo(e.Position);
            }

            if (rows.Count < page) return new(events, next, IsHead: true);
            scanned += rows.Count;
        }

        return new(events, next, IsHead: false);
    }
}
