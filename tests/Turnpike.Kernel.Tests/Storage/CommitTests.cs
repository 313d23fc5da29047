using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Storage;
using static Turnpike.Kernel.Tests.Storage.StandardWork;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class CommitTests(StoreKind kind)
{
    public sealed class OnSqlite() : CommitTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : CommitTests(StoreKind.Postgres);

    [Theory]
    [InlineData(256)]
    [InlineData(1)]
    public async Task Money_is_conserved_and_every_key_is_there_once_under_64_callers(int together)
    {
        await using var store = await TestStore.OpenAsync(kind, new() { MaxBatch = together, MaxConnections = Math.Min(together, 16) });
        var database = store.Database;
        for (var i = 0; i < 8; i++) await database.OpenAccountAsync(i, 1_000_000);

        // Each key is posted by two of the callers; one of them must be told so.
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => database.PostAsync((caller + i) % 8, (caller / 2 * 50) + i, 1)))));

        var all = results.SelectMany(r => r).ToList();
        Assert.Equal(1600, all.Count(r => r.IsOk));
        Assert.Equal(1600, all.Count(r => r.Error == Twice));
        Assert.Equal(8_001_600, await database.NumberAsync("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
        Assert.Equal(1600, await database.NumberAsync("SELECT count(*) FROM posting"));
        Assert.Equal(1600, await database.NumberAsync("SELECT count(*) FROM event"));
        Assert.Equal(1600, await database.NumberAsync("SELECT max(position) FROM event"));
    }

    [Fact]
    public async Task Two_works_on_one_row_in_one_batch_see_each_other()
    {
        await using var store = await OpenAsync();
        await store.Database.OpenAccountAsync(1, 100);
        using var gate = await Gate.CloseAsync(store.Database);

        var works = Enumerable.Range(0, 10).Select(i => store.Database.PostAsync(1, i, -30)).ToList();
        await gate.OpenAsync();
        var results = await Task.WhenAll(works);

        Assert.Equal([70, 40, 10], results.Where(r => r.IsOk).Select(r => r.TryGet(out var v, out _) ? v : -1));
        Assert.All(results.Skip(3), r => Assert.Equal(Overdrawn, r.Error));
        Assert.Equal(10, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(3, await store.Database.NumberAsync("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task A_violation_an_error_and_an_exception_leave_the_others_of_their_batch_alone()
    {
        await using var store = await OpenAsync();
        await store.Database.OpenAccountAsync(1, 100);
        using var gate = await Gate.CloseAsync(store.Database);

        var first = store.Database.PostAsync(1, 7, 5);
        var twice = store.Database.PostAsync(1, 7, 5);
        var orphan = store.Database.PostAsync(2, 8, 5);
        var refused = store.Database.CommitAsync<long>(Locks.None, work =>
        {
            work.Write("UPDATE account SET balance = 0");
            work.Append("test/never", new Happened(0, "never"), TestJson.Default.Happened);
            return new(Overdrawn);
        }, CancellationToken.None);
        var thrown = store.Database.CommitAsync<long>(Locks.None, work =>
        {
            work.Write("UPDATE account SET balance = 0");
            throw new FormatException("of the work");
        }, CancellationToken.None);
        var malformed = store.Database.CommitAsync<long>(Locks.None, work =>
        {
            work.Write("UPDATE account SET balance = 0");
            work.Write("UPDATE nowhere SET balance = 0");
            return new(1L);
        }, CancellationToken.None);
        var last = store.Database.PostAsync(1, 9, 5);
        await gate.OpenAsync();

        Assert.True((await first).IsOk);
        Assert.Equal(Twice, (await twice).Error);
        Assert.Equal(Orphan, (await orphan).Error);
        Assert.Equal(Overdrawn, (await refused).Error);
        await Assert.ThrowsAsync<FormatException>(() => thrown);
        var failure = await Assert.ThrowsAnyAsync<StorageException>(() => malformed);
        var sentence = kind == StoreKind.Sqlite ? "no such table: nowhere" : "relation \"nowhere\" does not exist";
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.True((await last).TryGet(out var balance, out _));
        Assert.Equal(110, balance);
        Assert.Equal(110, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(2, await store.Database.NumberAsync("SELECT max(position) FROM event"));
    }

    [Fact]
    public async Task Of_many_writes_the_one_that_violated_says_what_it_means()
    {
        await using var store = await OpenAsync();
        await store.Database.OpenAccountAsync(1, 100);
        var errors = Enumerable.Range(0, 20).Select(i => new ProtocolError(i, "taken", "Taken")).ToArray();
        var result = await store.Database.CommitAsync<int>(Locks.None, work =>
        {
            // The same constraint each time; the 14th key is there twice.
            for (var i = 0; i < errors.Length; i++)
            {
                work.Write("INSERT INTO posting (key, account, amount) VALUES ($1, $2, 1)", (Key, errors[i]),
                    Posting(i == 14 ? 3 : i), Account(1));
            }

            return new(1);
        }, CancellationToken.None);
        Assert.Equal(errors[14], result.Error);
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM posting"));
    }

    [Fact]
    public async Task A_violation_that_no_write_announced_is_logged_and_thrown_to_its_caller_only()
    {
        using var log = new LogRecorder();
        await using var store = await OpenAsync(loggers: log);
        await store.Database.OpenAccountAsync(1, 100);
        using var gate = await Gate.CloseAsync(store.Database);

        var unannounced = store.Database.OpenAccountAsync(1, 100);
        var other = store.Database.OpenAccountAsync(2, 100);
        await gate.OpenAsync();

        var exception = await Assert.ThrowsAsync<UnannouncedViolationException>(() => unannounced);
        Assert.Contains(kind == StoreKind.Sqlite ? "account.id" : "account_pkey", exception.Message, StringComparison.Ordinal);
        Assert.True((await other).IsOk);
        Assert.Single(log.Lines, line => line.Id == 1002);
    }

    [Fact]
    public async Task A_work_that_awaits_something_else_fails_loudly_and_can_do_nothing_afterwards()
    {
        await using var store = await OpenAsync();
        var outside = new TaskCompletionSource();
        var after = new TaskCompletionSource<Exception?>();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.CommitAsync<int>(Locks.None, async work =>
        {
            await outside.Task;
            after.SetResult(Record.Exception(() => work.Write("INSERT INTO anything (id) VALUES (1)")));
            return 1;
        }, CancellationToken.None));
        outside.SetResult();

        Assert.Contains("awaited something other", exception.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(await after.Task);
        Assert.True((await store.Database.OpenAccountAsync(1, 1)).IsOk);
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM anything"));
    }

    [Fact]
    public async Task A_work_that_was_kept_cannot_be_used_again()
    {
        await using var store = await OpenAsync();
        Work? kept = null;
        await store.Database.CommitAsync<int>(Locks.None, work =>
        {
            kept = work;
            return new(1);
        }, CancellationToken.None);
        Assert.Throws<InvalidOperationException>(() => kept!.Write("DELETE FROM account"));
        Assert.Throws<InvalidOperationException>(() => kept!.WriteMany("account", ["id"], [[1]]));
        Assert.Throws<InvalidOperationException>(() => kept!.Append("t", new Happened(1, ""), TestJson.Default.Happened));
        Assert.Throws<InvalidOperationException>(() => { _ = kept!.ReadAsync("SELECT 1", static row => row.Int64(0)).AsTask(); });
    }

    [Fact]
    public async Task A_caller_who_withdraws_before_his_turn_is_not_served_and_one_who_withdraws_later_is()
    {
        await using var store = await OpenAsync();
        using var withdraw = new CancellationTokenSource();
        var gate = await Gate.CloseAsync(store.Database);
        var waiting = InsertAsync(1, _ => { }, withdraw.Token);
        await withdraw.CancelAsync();
        var withdrawn = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(withdraw.Token, withdrawn.CancellationToken);
        await gate.OpenAsync();
        gate.Dispose();

        using var late = new CancellationTokenSource();
        Assert.True((await InsertAsync(2, _ => late.Cancel(), late.Token)).IsOk);
        Assert.Equal(2, await store.Database.NumberAsync("SELECT CAST(sum(id) AS BIGINT) FROM anything"));

        Task<Result<int>> InsertAsync(int id, Action<Work> inside, CancellationToken cancellation) =>
            store.Database.CommitAsync<int>(Locks.None, work =>
            {
                inside(work);
                work.Write("INSERT INTO anything (id) VALUES ($1)", id);
                return new(id);
            }, cancellation);
    }

    [Fact]
    public async Task Too_many_waiting_works_are_refused_as_retryable_and_the_others_served()
    {
        await using var store = await OpenAsync(new() { MaxWaiting = 10 });
        using var gate = await Gate.CloseAsync(store.Database);
        var works = Enumerable.Range(0, 12).Select(i => store.Database.OpenAccountAsync(i, 1)).ToList();
        foreach (var refused in works.Skip(10))
        {
            var exception = await Assert.ThrowsAsync<StorageUnavailableException>(() => refused);
            Assert.Equal("10 works already wait for the store; try again.", exception.Message);
        }

        await gate.OpenAsync();
        Assert.All(await Task.WhenAll(works.Take(10)), r => Assert.True(r.IsOk));
    }

    [Fact]
    public async Task Closing_finishes_what_waits_and_refuses_what_comes_later()
    {
        var store = await OpenAsync();
        using var gate = await Gate.CloseAsync(store.Database);
        var works = Enumerable.Range(0, 50).Select(i => store.Database.OpenAccountAsync(i, 1)).ToList();
        var closing = store.Database.DisposeAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Database.OpenAccountAsync(99, 1));
        await gate.OpenAsync();
        Assert.All(await Task.WhenAll(works), r => Assert.True(r.IsOk));
        await closing;
        Assert.Null(await store.Database.Stopped);
        await store.DisposeAsync();
    }

    // Works that are to stand in line do so for the one connection.
    private Task<TestStore> OpenAsync(StorageOptions? options = null, ILoggerFactory? loggers = null)
    {
        options ??= new();
        options.MaxConnections = 1;
        return TestStore.OpenAsync(kind, options, loggers: loggers);
    }
}
