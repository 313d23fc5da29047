using System.Globalization;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>The event table's SQL, the same on every store.</summary>
internal static class EventTable
{
    /// <summary>Positions and topics after $1, up to $2; at most $3.</summary>
    public const string Topics = "SELECT position, topic FROM event WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";

    /// <summary>The first position after $1 of an event not older than $2.</summary>
    public const string FirstSince = "SELECT position FROM event WHERE position > $1 AND at >= $2 ORDER BY position LIMIT 1";

    /// <summary>The newest position that still has its row.</summary>
    public const string Last = "SELECT position FROM event ORDER BY position DESC LIMIT 1";

    /// <summary>Deletes the event at $1.</summary>
    public const string Delete = "DELETE FROM event WHERE position = $1";

    private const string Between =
        "SELECT position, topic, type, version, payload FROM event WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";

    private const string OfTopic =
        """
        SELECT position, topic, type, version, payload FROM event
        WHERE topic = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4
        """;

    /// <summary>
    /// Of the events after $1, the newest one that has $2 after it. $3 is what topics begin with, $4 and on what they do not.
    /// </summary>
    public static string NthFromEnd(int excluded)
    {
        var not = Enumerable.Range(4, excluded).Select(i => string.Create(CultureInfo.InvariantCulture, $" AND NOT {BeginsWith(i)}"));
        var topics = BeginsWith(3) + string.Concat(not);
        return $"SELECT position FROM event WHERE position > $1 AND {topics} ORDER BY position DESC LIMIT 1 OFFSET $2";
    }

    /// <summary>The events that follow a position, up to another, of all topics.</summary>
    public static ValueTask<IReadOnlyList<CommittedEvent>> ReadAsync(Reads reads, long after, long last, int max) =>
        reads.ReadListAsync(Between, Map, after, last, max);

    /// <summary>The events of each of some topics that follow a position, up to another; of each topic at most so many.</summary>
    public static ValueTask<IReadOnlyList<CommittedEvent>> ReadAsync(
        Reads reads, IReadOnlyList<string> topics, long after, long last, int max) =>
        reads.ReadManyAsync(OfTopic, [.. topics.Select(topic => new SqlValue[] { topic, after, last, max })], Map);

    private static string BeginsWith(int parameter) =>
        string.Create(CultureInfo.InvariantCulture, $"substr(topic, 1, length(${parameter})) = ${parameter}");

    private static CommittedEvent Map(SqlRow row) => new(row.Int64(0), row.Text(1), row.Text(2), row.Int32(3), row.Bytes(4));
}
