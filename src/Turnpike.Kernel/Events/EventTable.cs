using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>The event table's SQL, the same on every store.</summary>
internal static class EventTable
{
    private const string After =
        "SELECT position, topic, type, version, payload FROM event WHERE position > $1 ORDER BY position LIMIT $2";

    /// <summary>The events that follow a position, of all topics.</summary>
    public static ValueTask<IReadOnlyList<CommittedEvent>> ReadAsync(Reads reads, long after, int max) =>
        reads.ReadListAsync(After, Map, after, max);

    private static CommittedEvent Map(SqlRow row) => new(row.Int64(0), row.Text(1), row.Text(2), row.Int32(3), row.Bytes(4));
}
