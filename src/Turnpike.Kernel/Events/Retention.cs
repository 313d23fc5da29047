using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Deletes events that are older, or more, than is kept, a few at a time, and raises the floor in the same commit. Never beyond the
/// slowest subscriber of the feed. One node does it at a time; should two, they take turns batch by batch, each going on from the floor
/// that it finds.
/// </summary>
internal sealed class Retention(IDatabase database, Feed feed, EventOptions options, TimeProvider clock, ILogger log)
{
    // Where there are other nodes, their feeds may be a little behind this one: what is deleted before they have had it would cost them
    // their place.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly TopicRetention[] _rules =
        [new TopicRetention { Prefix = "", Age = options.Age, Count = options.Count }, .. options.Topics];

    /// <summary>Brings the floors in line with the rules, then deletes at every interval.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.Interval, clock);
        var prepared = false;
        do
        {
            try
            {
                if (!prepared) await PrepareAsync(cancellation);
                prepared = true;
                await SweepAsync(cancellation);
            }
            catch (StorageException exception)
            {
                log.RetentionFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>
    /// Gives every rule a floor. A new rule starts from the floor that its topics had until now; a rule that is gone leaves its floor to
    /// the rule that now has its topics.
    /// </summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var result = await database.CommitAsync<int>(Locks.Of("events/retention"), async work =>
        {
            var floors = await FloorTable.ReadAsync(work);
            foreach (var gone in floors.Where(f => _rules.All(r => r.Prefix != f.Prefix))) FloorTable.Remove(work, gone.Prefix);
            foreach (var rule in _rules)
            {
                var position = FloorOf(floors, rule);
                var old = floors.Where(f => f.Prefix == rule.Prefix).Select(f => (long?)f.Position).FirstOrDefault();
                if (old is null) FloorTable.Add(work, new(rule.Prefix, position));
                else if (old < position) FloorTable.Raise(work, new(rule.Prefix, position));
            }

            return 0;
        }, cancellation);
        Require(result);
    }

    /// <summary>Deletes all that is to be deleted now.</summary>
    /// <returns>How many events.</returns>
    public async Task<long> SweepAsync(CancellationToken cancellation)
    {
        var deleted = 0L;
        foreach (var rule in _rules)
        {
            var end = Math.Min(feed.Slowest, await LastToDeleteAsync(rule, cancellation));
            var (count, floor) = (0L, 0L);
            while (await DeleteBatchAsync(rule, end, cancellation) is { } batch)
            {
                count += batch.Count;
                floor = batch.Floor;
            }

            if (count > 0) log.EventsDeleted(rule.Prefix, count, floor);
            deleted += count;
        }

        return deleted;
    }

    private long FloorOf(IReadOnlyList<Floor> floors, TopicRetention rule)
    {
        // Of the floors that are gone, those whose topics now are this rule's.
        var inherited = floors.Where(f => _rules.All(r => r.Prefix != f.Prefix) && RuleOf(f.Prefix) == rule).Select(f => f.Position);
        return inherited.Append(FloorTable.Governing(floors, rule.Prefix)).Max();
    }

    private TopicRetention RuleOf(string topic) =>
        _rules.Where(r => topic.StartsWith(r.Prefix, StringComparison.Ordinal)).MaxBy(r => r.Prefix.Length)!;

    /// <summary>The newest position that is too old, or one too many.</summary>
    private Task<long> LastToDeleteAsync(TopicRetention rule, CancellationToken cancellation)
    {
        SqlValue[] others = [.. _rules
            .Where(r => r != rule && r.Prefix.StartsWith(rule.Prefix, StringComparison.Ordinal)).Select(r => r.Prefix)];
        var oldest = (clock.GetUtcNow() - rule.Age).ToUnixTimeMilliseconds();
        return database.ReadAsync(async snapshot =>
        {
            var floor = FloorTable.Governing(await FloorTable.ReadAsync(snapshot), rule.Prefix);
            var byAge = await snapshot.ReadAsync(EventTable.FirstSince, static row => row.Int64(0), floor, oldest) is > 0 and var first
                ? first - 1
                : await snapshot.ReadAsync(EventTable.Last, static row => row.Int64(0));
            var byCount = await snapshot.ReadAsync(EventTable.NthFromEnd(others.Length), static row => row.Int64(0),
                [floor, rule.Count, rule.Prefix, .. others]);
            var last = Math.Max(byAge, byCount);
            return feed.Source is null ? last : Math.Min(last, await LastOfOthersAsync(snapshot, floor));
        }, cancellation);
    }

    /// <summary>The newest position that every feed has had by now, unless its node is away.</summary>
    private async ValueTask<long> LastOfOthersAsync(Snapshot snapshot, long floor)
    {
        var since = (clock.GetUtcNow() - Grace).ToUnixTimeMilliseconds();
        return await snapshot.ReadAsync(EventTable.FirstSince, static row => row.Int64(0), floor, since) is > 0 and var first
            ? first - 1 : long.MaxValue;
    }

    private async Task<(long Count, long Floor)?> DeleteBatchAsync(TopicRetention rule, long end, CancellationToken cancellation)
    {
        var result = await database.CommitAsync<(long, long)?>(Locks.Of("events/retention"), async work =>
        {
            var floor = FloorTable.Governing(await FloorTable.ReadAsync(work), rule.Prefix);
            var rows = await work.ReadListAsync(EventTable.Topics, static row => (Position: row.Int64(0), Topic: row.Text(1)),
                floor, end, options.Batch);
            if (rows.Count == 0) return default((long, long)?);
            var old = rows.Where(r => RuleOf(r.Topic) == rule).ToList();
            foreach (var row in old) work.Write(EventTable.Delete, row.Position);
            FloorTable.Raise(work, new(rule.Prefix, rows[^1].Position));
            return (old.Count, rows[^1].Position);
        }, cancellation);
        return Require(result);
    }

    private static T Require<T>(Result<T> result) =>
        result.TryGet(out var value, out var error) ? value
            : throw new InvalidOperationException($"Retention met an error: {error.Message}");
}
