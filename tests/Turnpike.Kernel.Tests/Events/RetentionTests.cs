using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

public abstract class RetentionTests(StoreKind kind)
{
    public sealed class OnSqlite() : RetentionTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : RetentionTests(StoreKind.Postgres);

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Events_that_are_too_old_go_and_a_cursor_before_them_is_told()
    {
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        await store.AppendAsync("a", 1, 2, 3);
        _clock.Advance(TimeSpan.FromHours(1));
        await store.AppendAsync("a", 4, 5);

        Assert.Equal(3, await SweepAsync(store, new() { Age = TimeSpan.FromMinutes(30), Batch = 2 }));

        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a", Cursor.Start));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a", Cursor.At(2)));
        Assert.Equal(["a@4", "a@5"], await store.ReadAllAsync("a", Cursor.At(3), 10));
        Assert.Equal(EventErrors.CursorUnknown, await ErrorAsync(store, "a", Cursor.At(6)));
    }

    [Fact]
    public async Task Numbering_goes_on_where_all_events_are_gone_also_after_a_new_start()
    {
        var options = new StorageOptions { Folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName };
        await using (var store = await TestStore.OpenAsync(kind, options, clock: _clock))
        {
            await store.AppendAsync("a", 1, 2, 3);
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(3, await SweepAsync(store, new() { Age = TimeSpan.FromMinutes(30) }));
            Assert.Equal(0, await SweepAsync(store, new() { Age = TimeSpan.FromMinutes(30) }));
            Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM event"));
        }

        await using (var store = await TestStore.OpenAsync(kind, options, clock: _clock))
        {
            var memory = new Memory();
            store.Database.Feed.Subscribe("", memory.OnEvent);
            store.Database.Feed.Start();
            await store.AppendAsync("a", 4);
            await memory.UntilAsync(4);
            Assert.Equal([4], memory.Events.Select(e => e.Position));
            Assert.Equal(["a@4"], await store.ReadAllAsync("", Cursor.At(3), 10));
        }

        Directory.Delete(options.Folder, recursive: true);
    }

    [Fact]
    public async Task The_newest_are_kept_up_to_a_count_each_topic_by_its_longest_rule()
    {
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        for (var i = 0; i < 10; i++)
        {
            await store.AppendAsync("a/x", i);
            await store.AppendAsync("a/keep/x", i);
            await store.AppendAsync("b/x", i);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        var options = new EventOptions { Count = 4, Batch = 3 };
        options.Topics.Add(new() { Prefix = "a/", Count = 2 });
        options.Topics.Add(new() { Prefix = "a/keep/", Count = 7 });
        Assert.Equal(6 + 8 + 3, await SweepAsync(store, options));

        Assert.Equal(4, await store.Database.NumberAsync("SELECT count(*) FROM event WHERE topic = 'b/x'"));
        Assert.Equal(2, await store.Database.NumberAsync("SELECT count(*) FROM event WHERE topic = 'a/x'"));
        Assert.Equal(7, await store.Database.NumberAsync("SELECT count(*) FROM event WHERE topic = 'a/keep/x'"));
        Assert.Null(await ErrorAsync(store, "a/keep/", Cursor.At(9)));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a/", Cursor.At(9)));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "", Cursor.At(9)));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "b/", Cursor.At(9)));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a/keep/x", Cursor.At(7)));
    }

    [Fact]
    public async Task A_rule_that_comes_or_goes_forgets_no_floor()
    {
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        await store.AppendAsync("a/x", [.. Enumerable.Range(0, 10)]);
        _clock.Advance(TimeSpan.FromHours(1));
        await SweepAsync(store, new() { Count = 4 });
        var with = new EventOptions { Count = 4 };
        with.Topics.Add(new() { Prefix = "a/", Count = 2 });
        var other = new EventOptions { Count = 4 };
        other.Topics.Add(new() { Prefix = "b/", Count = 2 });

        Assert.Equal(0, await SweepAsync(store, other));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "b/", Cursor.At(5)));
        Assert.Equal(2, await SweepAsync(store, with));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a/", Cursor.At(7)));
        Assert.Equal(0, await SweepAsync(store, new() { Count = 4 }));
        Assert.Equal(EventErrors.CursorExpired, await ErrorAsync(store, "a/", Cursor.At(7)));
        Assert.Equal(["a/x@9", "a/x@10"], await store.ReadAllAsync("a/", Cursor.At(8), 1));
    }

    [Fact]
    public async Task Nothing_goes_that_a_subscriber_has_not_had()
    {
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new Memory(e => e.Position == 3 ? new(hold.Task) : ValueTask.CompletedTask);
        store.Database.Feed.Subscribe("", slow.OnEvent);
        store.Database.Feed.Start();
        await store.AppendAsync("a", 1, 2, 3, 4, 5);
        await slow.UntilAsync(3);
        _clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(2, await SweepAsync(store, new()));
        hold.SetResult();
        await slow.UntilAsync(5);
        Assert.Equal([1, 2, 3, 4, 5], slow.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task Retention_runs_at_every_interval_until_it_is_stopped()
    {
        using var log = new LogRecorder();
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        await store.AppendAsync("a", 1, 2, 3);
        using var stop = new CancellationTokenSource();
        var options = new EventOptions { Age = TimeSpan.FromSeconds(90) };
        var running = new Retention(store.Database, store.Database.Feed, options, _clock, log).RunAsync(stop.Token);
        // The floor is there once the first look is over; two intervals later the events are too old.
        while (await store.Database.NumberAsync("SELECT count(*) FROM floor") == 0) await GoOnAsync(running);
        while (await store.Database.NumberAsync("SELECT count(*) FROM event") > 0)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await GoOnAsync(running);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(3, await store.Database.NumberAsync("SELECT position FROM floor"));
    }

    [Fact]
    public async Task A_page_holds_the_topics_asked_for_and_goes_on_past_the_others()
    {
        await using var store = await TestStore.OpenAsync(kind);
        await store.AppendAsync("a/1", 1, 2);
        await store.AppendAsync("b/1", [.. Enumerable.Range(0, 6000)]);
        await store.AppendAsync("a/2", 3);
        foreach (var limit in new[] { 1, 2, 3, 4096 })
        {
            Assert.Equal(["a/1@1", "a/1@2", "a/2@6003"], await store.ReadAllAsync("a/", Cursor.Start, limit));
            Assert.Equal(["a/1@1", "a/2@6003"], await store.ReadAllAsync("a/", Cursor.At(0, [2]), limit));
        }

        var head = Cursor.At(6003);
        Assert.True((await new EventLog(store.Database).ReadAsync("a/", head, 10, CancellationToken.None)).TryGet(out var page, out _));
        Assert.Empty(page.Events);
        Assert.True(page.IsHead);
        Assert.Equal(head, page.Next);
    }

    /// <summary>Whatever the page's length, also where the cursor has what would fill a page.</summary>
    [Fact]
    public async Task A_page_by_whole_topics_holds_theirs_alone_in_order()
    {
        await using var store = await TestStore.OpenAsync(kind);
        for (var i = 0; i < 12; i++) await store.AppendAsync($"a/{i % 4}", i);      // a/1 at 2, 6, 10; a/3 at 4, 8, 12
        await store.SettledAsync();
        var log = new EventLog(store.Database);
        foreach (var limit in new[] { 1, 2, 3, 5, 6, 7, 4096 })
        {
            Assert.Equal([2, 4, 6, 8, 10, 12], await ReadAsync(Cursor.Start, limit));
            Assert.Equal([8, 12], await ReadAsync(Cursor.At(5, [6, 10]), limit));
            Assert.Equal([], await ReadAsync(Cursor.At(12), limit));
        }

        Assert.Equal(EventErrors.CursorUnknown, (await log.ReadAsync(["a/1"], Cursor.At(13), 1, CancellationToken.None)).Error);

        async Task<List<long>> ReadAsync(Cursor after, int limit)
        {
            var found = new List<long>();
            while (true)
            {
                Assert.True((await log.ReadAsync(["a/3", "a/1", "x"], after, limit, CancellationToken.None)).TryGet(out var page, out _));
                Assert.InRange(page.Events.Count, 0, limit);
                found.AddRange(page.Events.Select(e => e.Position));
                if (page.IsHead) return found;
                after = page.Next;
            }
        }
    }

    [Fact]
    public async Task A_topic_whose_events_are_gone_is_told_and_others_are_not()
    {
        await using var store = await TestStore.OpenAsync(kind, clock: _clock);
        await store.AppendAsync("a/1", 1, 2);
        await store.AppendAsync("b/1", 3);
        _clock.Advance(TimeSpan.FromHours(1));
        var options = new EventOptions { Topics = { new() { Prefix = "a/", Age = TimeSpan.FromMinutes(30) } } };
        Assert.Equal(2, await SweepAsync(store, options));
        var log = new EventLog(store.Database);
        Assert.Equal(EventErrors.CursorExpired, (await log.ReadAsync(["a/1"], Cursor.At(1), 1, CancellationToken.None)).Error);
        Assert.Equal(EventErrors.CursorExpired, (await log.ReadAsync(["b/1", "a/1"], Cursor.At(1), 1, CancellationToken.None)).Error);
        Assert.True((await log.ReadAsync(["b/1"], Cursor.At(1), 1, CancellationToken.None)).TryGet(out var page, out _));
        Assert.Equal([3], page.Events.Select(e => e.Position));
    }

    // Lets others run; the loop above has an end also where retention fails.
    private static async Task GoOnAsync(Task running)
    {
        if (running.IsCompleted) await running;
        await Task.Yield();
    }

    private async Task<long> SweepAsync(TestStore store, EventOptions options)
    {
        await store.SettledAsync();
        var retention = new Retention(store.Database, store.Database.Feed, options, _clock, NullLogger.Instance);
        await retention.PrepareAsync(CancellationToken.None);
        return await retention.SweepAsync(CancellationToken.None);
    }

    private static async Task<ProtocolError?> ErrorAsync(TestStore store, string prefix, Cursor after) =>
        (await new EventLog(store.Database).ReadAsync(prefix, after, 10, CancellationToken.None)).Error;
}
