using System.Text.Json;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>
/// Aggregates whose version rises by one with each work, and an event that says so: whatever is lost, doubled or out of order shows.
/// </summary>
internal static class Versions
{
    private const string Read = "SELECT balance FROM account WHERE id = $1";

    public static async Task OpenAsync(this IDatabase database, int aggregates)
    {
        for (var i = 0; i < aggregates; i++) await database.OpenAccountAsync(i, 0);
    }

    /// <summary>Takes an aggregate to its next version.</summary>
    public static Task<Result<long>> RaiseAsync(this IDatabase database, int aggregate) =>
        database.CommitAsync<long>(Locks.Of($"test/{aggregate}"), async work =>
        {
            var id = StandardWork.Account(aggregate);
            var version = 1 + await work.ReadAsync(Read, static row => row.Int64(0), id);
            work.Write("UPDATE account SET balance = $2 WHERE id = $1", id, version);
            work.Append($"test/{aggregate}", new Happened(version, ""), TestJson.Default.Happened);
            return version;
        }, CancellationToken.None);

    /// <summary>Every aggregate's version, and which events they contain.</summary>
    public static Task<(StatePoint Point, IReadOnlyList<long> Versions)> VersionsAsync(this IDatabase database) =>
        database.ReadAsync(async snapshot => (await snapshot.PointAsync(),
            await snapshot.ReadListAsync("SELECT balance FROM account ORDER BY id", static row => row.Int64(0))), CancellationToken.None);

    /// <summary>The versions that events brought, aggregate by aggregate, in the order they came.</summary>
    public static IReadOnlyList<long>[] Brought(IEnumerable<CommittedEvent> events, int aggregates)
    {
        var brought = Enumerable.Range(0, aggregates).Select(_ => new List<long>()).ToArray();
        foreach (var e in events)
        {
            var version = JsonSerializer.Deserialize(e.Payload.Span, TestJson.Default.Happened)!.Number;
            brought[int.Parse(e.Topic.AsSpan("test/".Length), System.Globalization.CultureInfo.InvariantCulture)].Add(version);
        }

        return brought;
    }

    /// <summary>That events lead from one state to another: each version between them once, in order, and no other.</summary>
    public static void Lead(IReadOnlyList<long> from, IReadOnlyList<long> to, IEnumerable<CommittedEvent> events)
    {
        var brought = Brought(events, to.Count);
        for (var i = 0; i < to.Count; i++)
            Assert.Equal(Enumerable.Range(1, (int)(to[i] - from[i])).Select(n => from[i] + n), brought[i]);
    }
}
