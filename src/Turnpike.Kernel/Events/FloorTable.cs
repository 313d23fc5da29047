using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>
/// A floor: of the topics that begin with the prefix, and with no longer one that has a floor, events up to the position may be gone.
/// </summary>
internal readonly record struct Floor(string Prefix, long Position);

/// <summary>The floor table's SQL, and what the floors mean.</summary>
internal static class FloorTable
{
    public static ValueTask<IReadOnlyList<Floor>> ReadAsync(Reads reads) =>
        reads.ReadListAsync("SELECT prefix, position FROM floor ORDER BY prefix", static row => new Floor(row.Text(0), row.Int64(1)));

    public static void Add(Work work, Floor floor) =>
        work.Write("INSERT INTO floor (prefix, position) VALUES ($1, $2)", floor.Prefix, floor.Position);

    public static void Raise(Work work, Floor floor) =>
        work.Write("UPDATE floor SET position = $2 WHERE prefix = $1", floor.Prefix, floor.Position);

    public static void Remove(Work work, string prefix) => work.Write("DELETE FROM floor WHERE prefix = $1", prefix);

    /// <summary>The highest floor under which an event of a topic with this prefix may lie; 0 if none does.</summary>
    public static long Of(IReadOnlyList<Floor> floors, string topicPrefix)
    {
        var within = floors.Where(f => f.Prefix.StartsWith(topicPrefix, StringComparison.Ordinal)).Select(f => f.Position);
        return within.Append(Governing(floors, topicPrefix)).Max();
    }

    /// <summary>The floor with the longest prefix that a topic has; 0 if there is none.</summary>
    public static long Governing(IReadOnlyList<Floor> floors, string topic) =>
        floors.Where(f => topic.StartsWith(f.Prefix, StringComparison.Ordinal))
            .OrderByDescending(f => f.Prefix.Length).Select(f => f.Position).FirstOrDefault();
}
