using System.Text.Json;
using System.Text.Json.Serialization;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

internal sealed record HappenedLater(string Why) : IEvent
{
    public static string EventType => "test.happened";

    public static int EventVersion => 2;
}

[JsonSerializable(typeof(HappenedLater))]
internal sealed partial class LaterJson : JsonSerializerContext;

public abstract class FeedTests(StoreKind kind)
{
    public sealed class OnSqlite() : FeedTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : FeedTests(StoreKind.Postgres);

    [Fact]
    public async Task Every_subscriber_gets_every_event_of_its_topics_once_in_order_after_the_commit()
    {
        await using var store = await TestStore.OpenAsync(kind);
        var (all, left, right) = (new Memory(), new Memory(), new Memory(AsyncYield));
        store.Database.Feed.Subscribe("", all.OnEvent);
        store.Database.Feed.Subscribe("left/", left.OnEvent);
        store.Database.Feed.Subscribe("right/", right.OnEvent);
        store.Database.Feed.Start();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async caller =>
        {
            for (var i = 0; i < 40; i++) await store.AppendAsync(caller % 2 == 0 ? $"left/{caller}" : $"right/{caller}", i, i);
        }));
        await store.AppendAsync("left/end", 0);
        await store.AppendAsync("right/end", 0);
        await Task.WhenAll(all.UntilAsync(2562), left.UntilAsync(2561), right.UntilAsync(2562));

        Assert.Equal(Enumerable.Range(1, 2562).Select(i => (long)i), all.Events.Select(e => e.Position));
        Assert.Equal(all.Events.Where(e => e.Topic.StartsWith("left/", StringComparison.Ordinal)), left.Events);
        Assert.Equal(all.Events.Where(e => e.Topic.StartsWith("right/", StringComparison.Ordinal)), right.Events);
        // What one caller committed one after the other stands in that order.
        Assert.All(all.Events.SkipLast(2).GroupBy(e => e.Topic), topic => Assert.Equal(
            Enumerable.Range(0, 80).Select(i => (long)(i / 2)),
            topic.Select(e => JsonSerializer.Deserialize(e.Payload.Span, TestJson.Default.Happened)!.Number)));
    }

    [Fact]
    public async Task A_slow_subscriber_delays_nobody_and_reads_the_table_where_it_has_fallen_behind()
    {
        using var log = new LogRecorder();
        await using var store = await TestStore.OpenAsync(kind, events: new() { TailEvents = 16 }, loggers: log);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new Memory(e => e.Position == 1 ? new(hold.Task) : ValueTask.CompletedTask);
        var fast = new Memory();
        store.Database.Feed.Subscribe("", slow.OnEvent);
        store.Database.Feed.Subscribe("", fast.OnEvent);
        store.Database.Feed.Start();

        for (var i = 0; i < 100; i++) await store.AppendAsync("a", [.. Enumerable.Range(0, 10)]);
        await fast.UntilAsync(1000);
        Assert.Single(slow.Events);
        hold.SetResult();
        await slow.UntilAsync(1000);

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => (long)i), slow.Events.Select(e => e.Position));
        Assert.Equal(slow.Events.Select(e => e.Position), fast.Events.Select(e => e.Position));
        Assert.Equal(slow.Events.Select(e => e.Payload.ToArray()), fast.Events.Select(e => e.Payload.ToArray()));
        Assert.Contains(log.Lines, line => line.Id == 1102);
    }

    [Fact]
    public async Task The_tail_is_bounded_in_bytes_too()
    {
        await using var store = await TestStore.OpenAsync(kind, events: new() { TailBytes = 65_536 });
        var memory = new Memory();
        store.Database.Feed.Subscribe("", memory.OnEvent);
        for (var i = 0; i < 40; i++) await store.AppendAsync(new string('t', 10_000), i);
        store.Database.Feed.Start();
        await memory.UntilAsync(40);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), memory.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task A_subscriber_that_throws_is_logged_goes_on_and_disturbs_nobody()
    {
        using var log = new LogRecorder();
        await using var store = await TestStore.OpenAsync(kind, loggers: log);
        var bad = new Memory(_ => throw new FormatException());
        var good = new Memory();
        store.Database.Feed.Subscribe("", bad.OnEvent);
        store.Database.Feed.Subscribe("", good.OnEvent);
        store.Database.Feed.Start();
        for (var i = 0; i < 5; i++) await store.AppendAsync("a", i);
        await Task.WhenAll(bad.UntilAsync(5), good.UntilAsync(5));
        Assert.Equal(5, bad.Events.Count);
        Assert.Equal(5, good.Events.Count);
        await store.Database.DisposeAsync();
        Assert.Equal(5, log.Lines.Count(line => line.Id == 1100));
    }

    [Fact]
    public async Task A_subscriber_that_reads_its_state_under_load_misses_and_doubles_nothing()
    {
        await using var store = await TestStore.OpenAsync(kind);
        await store.Database.OpenAccountAsync(1, 0);
        var all = new Memory();
        store.Database.Feed.Subscribe("", all.OnEvent);
        store.Database.Feed.Start();
        using var stop = new CancellationTokenSource();
        var number = 0L;
        var load = Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            while (!stop.IsCancellationRequested) await store.Database.PostAsync(1, Interlocked.Increment(ref number), 1);
        }));

        var states = new List<(StatePoint Point, long Balance)>();
        for (var i = 1; i <= 25; i++)
        {
            await all.UntilAsync(i * 20);
            states.Add(await store.Database.ReadAsync(async snapshot =>
                (await snapshot.PointAsync(), await snapshot.ReadAsync("SELECT balance FROM account", static row => row.Int64(0))),
                    CancellationToken.None));
        }

        await stop.CancelAsync();
        await load;
        var final = await store.Database.NumberAsync("SELECT balance FROM account");
        await all.UntilAsync(final);
        Assert.All(states, s => Assert.Equal(final, s.Balance + all.Events.Count(e => !s.Point.Contains(e))));
        // And a client that keeps the point as its cursor reads the same from the log.
        var resumed = await store.ReadAllAsync("", states[10].Point.ToCursor(), 100);
        Assert.Equal(all.Events.Where(e => !states[10].Point.Contains(e)).Select(EventStore.Text), resumed);
    }

    [Fact]
    public async Task The_feed_begins_with_the_first_event_after_the_store_was_opened()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await using (var store = await TestStore.OpenAsync(kind, options)) await store.AppendAsync("a", 1, 2, 3);
        await using (var store = await TestStore.OpenAsync(kind, options))
        {
            await store.AppendAsync("a", 4);
            var memory = new Memory();
            store.Database.Feed.Subscribe("", memory.OnEvent);
            store.Database.Feed.Start();
            await store.AppendAsync("a", 5);
            await memory.UntilAsync(5);
            Assert.Equal([4, 5], memory.Events.Select(e => e.Position));
            Assert.Throws<InvalidOperationException>(() => store.Database.Feed.Subscribe("", memory.OnEvent));
            Assert.Throws<InvalidOperationException>(store.Database.Feed.Start);
        }

        Directory.Delete(options.Folder, recursive: true);
    }

    [Fact]
    public async Task Events_are_handed_out_by_type_and_version_and_unknown_ones_are_skipped()
    {
        await using var store = await TestStore.OpenAsync(kind);
        var (first, second, end) = (new List<long>(), new List<string>(), new Memory());
        store.Database.Feed.Subscribe("known/", new EventDispatch()
            .On(TestJson.Default.Happened, (_, e) =>
            {
                first.Add(e.Number);
                return ValueTask.CompletedTask;
            })
            .On(LaterJson.Default.HappenedLater, (_, e) =>
            {
                second.Add(e.Why);
                return ValueTask.CompletedTask;
            }));
        var partly = new List<string>();
        store.Database.Feed.Subscribe("", new EventDispatch().On(LaterJson.Default.HappenedLater, async (e, later) =>
        {
            partly.Add(later.Why);
            await end.OnEvent(e);
        }));
        store.Database.Feed.Start();
        await store.AppendAsync("known/x", 1, 2);
        await AppendLaterAsync(store, "known/x", "because");
        await store.AppendAsync("known/x", 3);
        await AppendLaterAsync(store, "other/x", "the end");
        await end.UntilAsync(5);
        await store.Database.Feed.DisposeAsync();

        Assert.Equal([1, 2, 3], first);
        Assert.Equal(["because"], second);
        Assert.Equal(["because", "the end"], partly);
    }

    private static Task<Result<int>> AppendLaterAsync(TestStore store, string topic, string why) =>
        store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.Append(topic, new HappenedLater(why), LaterJson.Default.HappenedLater);
            return new(1);
        }, CancellationToken.None);

    private static async ValueTask AsyncYield(CommittedEvent e) => await Task.Yield();
}
