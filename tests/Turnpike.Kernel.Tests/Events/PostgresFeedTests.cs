using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>What makes the order of commits differ from that of positions, each with transactions that are held at that point.</summary>
public sealed class PostgresFeedTests
{
    [Fact]
    public async Task A_commit_that_overtakes_waits_for_the_one_before_it_however_long_that_takes()
    {
        using var log = new LogRecorder();
        var all = new Memory();
        await using var store = await OpenAsync(all, log);
        await using var slow = await BeginAsync(store);
        await using var fast = await BeginAsync(store);
        Assert.Equal(1, await slow.AppendAsync("slow"));
        Assert.Equal(2, await fast.AppendAsync("fast"));
        await fast.CommitAsync();

        // Held, and a fence stands, for whoever drew the position has not ended.
        await store.UntilAsync(() => log.Lines.Any(line => line.Id == 1107));
        Assert.Equal(1, store.Database.Feed.Source!.Held);
        Assert.Equal(0, store.Database.Feed.Head);
        Assert.Empty(all.Events);
        await store.UntilAsync(() => store.Database.Feed.Delay > TimeSpan.Zero);
        await slow.CommitAsync();
        await all.UntilAsync(2);
        Assert.Equal([1, 2], all.Events.Select(e => e.Position));
        await store.UntilAsync(() => store.Database.Feed.Delay == TimeSpan.Zero);
    }

    [Fact]
    public async Task A_position_whose_work_was_undone_holds_nothing_up()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await using var undone = await BeginAsync(store);
        await undone.AppendAsync("undone");
        Assert.True((await store.AppendAsync("a", 1)).IsOk);
        await store.UntilAsync(() => store.Database.Feed.Source!.Held == 1);
        await undone.RollbackAsync();
        await all.UntilAsync(2);
        await store.AppendAsync("a", 2);
        await all.UntilAsync(3);
        Assert.Equal([2, 3], all.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task A_session_that_dies_with_a_position_drawn_holds_nothing_up()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await using var dying = await BeginAsync(store);
        await dying.AppendAsync("dying");
        await store.AppendAsync("a", 1);
        await store.UntilAsync(() => store.Database.Feed.Source!.Held == 1);
        Assert.Equal(1, await store.TerminateAsync($"pid = {dying.Session}"));
        await all.UntilAsync(2);
        Assert.Equal([2], all.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task A_foreign_transaction_that_writes_and_stays_open_holds_nothing_up()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await using var foreign = await BeginAsync(store);
        await foreign.ExecuteAsync("CREATE TABLE foreigner (n bigint); INSERT INTO foreigner VALUES (1)");
        for (var i = 0; i < 10; i++)
        {
            await store.AppendAsync("a", i);
            await using var undone = await BeginAsync(store);
            await undone.AppendAsync("undone");
            await undone.RollbackAsync();
        }

        await store.AppendAsync("a", 10);
        await all.UntilAsync(21);
        Assert.Equal(Enumerable.Range(0, 11).Select(i => 1L + (2 * i)), all.Events.Select(e => e.Position));
        await foreign.CommitAsync();
    }

    [Fact]
    public async Task A_commit_that_nobody_tells_of_is_found()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await using var silent = await BeginAsync(store);
        await silent.AppendAsync("silent");
        await silent.CommitAsync();
        await all.UntilAsync(1);
        Assert.Equal("silent", Assert.Single(all.Events).Topic);
    }

    [Fact]
    public async Task What_another_server_has_taken_is_left_to_who_reads_this_one()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await store.AppendAsync("a", 1);
        await all.UntilAsync(1);
        store.Database.Feed.Source!.Committed([new(new(2, "elsewhere", "", 1, default), new(1, 1))], DateTime.UnixEpoch);
        Assert.Equal((1, 0), (store.Database.Feed.Head, store.Database.Feed.Source.Held));
        await store.AppendAsync("a", 2);
        await all.UntilAsync(2);
        Assert.Equal(["a", "a"], all.Events.Select(e => e.Topic));
    }

    [Fact]
    public async Task A_node_tells_others_but_not_itself_and_hears_again_after_its_session_was_ended()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        using var connections = new OwnConnections(store);
        using var stop = new CancellationTokenSource();
        var (here, there, heard) = (new FeedWake(), new FeedWake(), 0);
        using var log = new LogRecorder();
        var ours = new PostgresSignals(connections.OpenAsync, OnCommit, log);
        var theirs = new PostgresSignals(connections.OpenAsync, there.Set, log);
        var running = Task.WhenAll(ours.RunAsync(stop.Token), theirs.RunAsync(stop.Token));
        await here.WaitAsync(CancellationToken.None);       // both listen, and can have missed something before
        await there.WaitAsync(CancellationToken.None);

        ours.Send();
        await there.WaitAsync(CancellationToken.None);
        theirs.Send();
        await here.WaitAsync(CancellationToken.None);
        Assert.Equal(2, heard);     // what is heard comes in order, so its own would have come before

        Assert.InRange(await store.TerminateAsync("query LIKE 'LISTEN%'"), 2, 3);
        await there.WaitAsync(CancellationToken.None);
        await here.WaitAsync(CancellationToken.None);
        ours.Send();
        await there.WaitAsync(CancellationToken.None);
        await stop.CancelAsync();
        await running;

        void OnCommit()
        {
            heard++;
            here.Set();
        }
    }

    [Fact]
    public async Task A_feed_begins_after_all_that_was_drawn_before_also_where_retention_has_deleted_all()
    {
        var options = new StorageOptions();
        await using (var store = await TestStore.OpenAsync(StoreKind.Postgres, options))
        {
            await store.AppendAsync("a", 1, 2, 3);
            await Sql.NumberAsync(options.ConnectionString!,
                "WITH gone AS (DELETE FROM event RETURNING 1) INSERT INTO floor VALUES ('', 3) RETURNING 0");
        }

        var all = new Memory();
        await using var again = await TestStore.OpenAsync(StoreKind.Postgres, options);
        again.Database.Feed.Subscribe("", all.OnEvent);
        again.Database.Feed.Start();
        Assert.Equal(3, again.Database.Feed.Head);
        await again.AppendAsync("a", 4);
        await all.UntilAsync(4);
        Assert.Equal([4], all.Events.Select(e => e.Position));
    }

    [Fact]
    public async Task A_state_that_holds_what_the_feed_still_waits_for_says_so()
    {
        var all = new Memory();
        await using var store = await OpenAsync(all);
        await using var slow = await BeginAsync(store);
        await slow.AppendAsync("slow");
        await store.AppendAsync("a", 2, 3);
        var point = await store.Database.ReadAsync(snapshot => snapshot.PointAsync(), CancellationToken.None);
        Assert.Equal(Cursor.At(0, [2, 3]), point.ToCursor());
        Assert.Empty(await store.Database.ReadAsync(async s => (await s.PointAsync()).ToCursor().Contains(1) ? [1] : Array.Empty<int>(),
            CancellationToken.None));
        var log = new EventLog(store.Database);
        Assert.True((await log.ReadAsync("", point.ToCursor(), 10, CancellationToken.None)).TryGet(out var page, out _));
        Assert.Equal((0, true, point.ToCursor()), (page.Events.Count, page.IsHead, page.Next));

        await slow.CommitAsync();
        await all.UntilAsync(3);
        Assert.Equal([1], all.Events.Where(e => !point.Contains(e)).Select(e => e.Position));
        Assert.Equal(["slow@1"], await store.ReadAllAsync("", point.ToCursor(), 1));
    }

    private static async Task<TestStore> OpenAsync(Memory all, LogRecorder? log = null)
    {
        var store = await TestStore.OpenAsync(StoreKind.Postgres, loggers: log);
        store.Database.Feed.Subscribe("", all.OnEvent);
        store.Database.Feed.Start();
        return store;
    }

    private static Task<RawWork> BeginAsync(TestStore store) => RawWork.BeginAsync(store.Options.ConnectionString!);
}
