using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public abstract class ReadTests(StoreKind kind)
{
    public sealed class OnSqlite() : ReadTests(StoreKind.Sqlite);

    public sealed class OnPostgres() : ReadTests(StoreKind.Postgres);

    [Fact]
    public async Task A_reader_does_not_wait_for_a_work_and_sees_nothing_of_it_before_its_commit()
    {
        await using var store = await OpenAsync();
        await store.Database.OpenAccountAsync(1, 5);
        using var gate = await Gate.CloseAsync(store.Database, static work => work.Write("UPDATE account SET balance = 6"));

        Assert.Equal(5, await store.Database.NumberAsync("SELECT balance FROM account"));
        await gate.OpenAsync();
        Assert.Equal(6, await store.Database.NumberAsync("SELECT balance FROM account"));
    }

    [Fact]
    public async Task A_snapshot_stays_as_it_was_while_others_commit()
    {
        await using var store = await OpenAsync();
        await store.Database.OpenAccountAsync(1, 5);
        var (before, after) = await store.Database.ReadAsync(async snapshot =>
        {
            var first = await snapshot.ReadAsync("SELECT balance FROM account", static row => row.Int64(0));
            // Blocks this test's thread only; the writer has its own.
            Assert.True(store.Database.PostAsync(1, 1, 1).GetAwaiter().GetResult().IsOk);
            return (first, await snapshot.ReadAsync("SELECT balance FROM account", static row => row.Int64(0)));
        }, CancellationToken.None);
        Assert.Equal((5, 5), (before, after));
        Assert.Equal(6, await store.Database.NumberAsync("SELECT balance FROM account"));
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var store = await OpenAsync();
        var exception = await Assert.ThrowsAnyAsync<StorageException>(() => store.Database.NumberAsync("DELETE FROM event RETURNING 1"));
        Assert.IsType<StorageUnavailableException>(exception);
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task A_read_that_awaits_something_else_fails_loudly()
    {
        await using var store = await OpenAsync();
        var outside = new TaskCompletionSource();
        var after = new TaskCompletionSource<Exception?>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.ReadAsync(async snapshot =>
        {
            await outside.Task;
            after.SetResult(await Record.ExceptionAsync(async () => await snapshot.ReadAsync("SELECT 1", static row => row.Int64(0))));
            return 1;
        }, CancellationToken.None));
        outside.SetResult();
        Assert.IsType<InvalidOperationException>(await after.Task);
    }

    [Fact]
    public async Task More_reads_than_readers_all_come_to_their_turn()
    {
        await using var store = await OpenAsync(new() { MaxReaders = 2 });
        await store.Database.OpenAccountAsync(1, 5);
        var balances = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ =>
            Task.Run(() => store.Database.NumberAsync("SELECT balance FROM account"))));
        Assert.All(balances, b => Assert.Equal(5, b));
    }

    [Fact]
    public async Task A_failed_read_takes_no_reader_away()
    {
        await using var store = await OpenAsync(new() { MaxReaders = 1 });
        for (var i = 0; i < 5; i++) await Assert.ThrowsAnyAsync<StorageException>(() =>
            store.Database.NumberAsync("SELECT nothing FROM account"));
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task A_mapping_function_must_not_run_the_statement_that_it_maps_for()
    {
        await using var store = await OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.ReadAsync(snapshot =>
            snapshot.ReadAsync("SELECT 1", _ => snapshot.ReadAsync("SELECT 1", static row => row.Int64(0)).AsTask().IsCompleted),
                CancellationToken.None));
    }

    [Fact]
    public async Task More_statements_than_are_kept_all_work()
    {
        await using var store = await OpenAsync(new() { MaxStatements = 16 });
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 100; i++) Assert.Equal(i, await store.Database.NumberAsync($"SELECT {i}"));
        }
    }

    private Task<TestStore> OpenAsync(StorageOptions? options = null) => TestStore.OpenAsync(kind, options);
}
