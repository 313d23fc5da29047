using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Tests.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>A node that is away, and comes back: to where it was, or to where that cannot be known.</summary>
public sealed class PostgresPlaceTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly LogRecorder _log = new();

    [Fact]
    public async Task A_node_that_was_away_goes_on_where_it_was()
    {
        await using var store = await OpenAsync();
        await using var node = await AwayNode.BeginAsync(store, _clock, _log);
        await store.AppendAsync("a", 1, 2);
        await node.Memory.UntilAsync(2);
        await node.Connections.CutAsync();
        await store.AppendAsync("a", 3, 4);
        node.Connections.Restore();
        await node.Memory.UntilAsync(4);
        Assert.Equal([1, 2, 3, 4], node.Memory.Events.Select(e => e.Position));
        Assert.Equal(0, node.Lost);
    }

    [Fact]
    public async Task A_node_that_was_away_for_longer_than_events_are_kept_has_lost_its_place()
    {
        await using var store = await OpenAsync();
        await using var node = await AwayNode.BeginAsync(store, _clock, _log);
        await store.AppendAsync("a", 1, 2);
        await node.Memory.UntilAsync(2);
        await node.Connections.CutAsync();
        await store.AppendAsync("a", 3, 4);
        await store.SettledAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await store.AppendAsync("a", 5);
        await store.SettledAsync();
        Assert.Equal(4, await SweepAsync(store));

        node.Connections.Restore();
        await store.UntilAsync(() => node.Lost == 1);
        await store.AppendAsync("a", 6);
        await node.Memory.UntilAsync(6);
        Assert.Equal([1, 2, 6], node.Memory.Events.Select(e => e.Position));
        Assert.Equal(1, node.Lost);
    }

    [Fact]
    public async Task A_hole_that_retention_made_is_no_dead_position()
    {
        await using var store = await OpenAsync();
        await using var node = await AwayNode.BeginAsync(store, _clock, _log);
        await using var hole = await RawWork.BeginAsync(store.Options.ConnectionString!);
        await hole.AppendAsync("hole");
        await store.AppendAsync("a", 2);
        await store.UntilAsync(() => node.Feed.Source!.Held == 1);
        // As if another node had deleted what this one has not had: the row is gone and the floor is higher.
        await hole.ExecuteAsync("DELETE FROM event WHERE position = 1; INSERT INTO floor VALUES ('a', 1)");
        await hole.CommitAsync();
        await store.UntilAsync(() => node.Lost == 1);
        await store.AppendAsync("a", 3);
        await node.Memory.UntilAsync(3);
        Assert.Equal([3], node.Memory.Events.Select(e => e.Position));
    }

    [Theory]
    [InlineData("DELETE FROM event WHERE position > 1")]    // a standby without the newest commits took over
    [InlineData("UPDATE event SET topic = 'other' WHERE position = 2")]     // and the position was given out again
    public async Task A_database_that_has_lost_commits_costs_nodes_their_place(string loss)
    {
        await using var store = await OpenAsync();
        await using var node = await AwayNode.BeginAsync(store, _clock, _log);
        await store.AppendAsync("a", 1, 2);
        await node.Memory.UntilAsync(2);
        await node.Connections.CutAsync();
        await Sql.NumberAsync(store.Options.ConnectionString!, $"WITH loss AS ({loss} RETURNING 1) SELECT count(*) FROM loss");
        node.Connections.Restore();
        await store.UntilAsync(() => node.Lost == 1);
        await using var later = await RawWork.BeginAsync(store.Options.ConnectionString!);
        await later.AppendAsync("later");
        await later.CommitAsync();
        await node.Memory.UntilAsync(3);
        Assert.Equal([1, 2, 3], node.Memory.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task Who_cannot_start_anew_is_asked_again_before_it_gets_another_event()
    {
        await using var store = await OpenAsync();
        await using var node = await AwayNode.BeginAsync(store, _clock, _log, failures: 2);
        await store.AppendAsync("a", 1);
        await node.Memory.UntilAsync(1);
        await node.Connections.CutAsync();
        await Sql.NumberAsync(store.Options.ConnectionString!, "WITH gone AS (DELETE FROM event RETURNING 1) SELECT count(*) FROM gone");
        node.Connections.Restore();
        await store.UntilAsync(() => node.Feed.Head == 0 && _log.Lines.Any(line => line.Id == 1105));
        await using var later = await RawWork.BeginAsync(store.Options.ConnectionString!);
        await later.AppendAsync("later");
        await later.CommitAsync();
        await store.UntilAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return node.Lost == 3;
        });
        await node.Memory.UntilAsync(2);
        Assert.Equal(2, _log.Lines.Count(line => line.Id == 1105));
        Assert.Equal([1, 2], node.Memory.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task Retention_leaves_the_last_minute_to_other_nodes()
    {
        await using var store = await OpenAsync();
        await store.AppendAsync("a", 1, 2, 3);
        await store.SettledAsync();
        Assert.Equal(0, await SweepAsync(store));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(2, await SweepAsync(store));
    }

    public void Dispose() => _log.Dispose();

    private Task<TestStore> OpenAsync() => TestStore.OpenAsync(StoreKind.Postgres, clock: _clock);

    private async Task<long> SweepAsync(TestStore store)
    {
        var retention = new Retention(store.Database, store.Database.Feed, new() { Count = 1 }, _clock, NullLogger.Instance);
        await retention.PrepareAsync(CancellationToken.None);
        return await retention.SweepAsync(CancellationToken.None);
    }
}
