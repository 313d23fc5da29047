using System.Collections.Concurrent;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class PostgresCrashTests
{
    private const int Callers = 32;

    [Fact]
    public async Task A_database_that_crashes_under_32_callers_loses_nothing_acknowledged_and_the_store_goes_on_without_being_opened_anew()
    {
        await using var server = await PostgresServer.StartAsync();
        using var counts = new MeterCounts();
        await using var store = await TestStore.OpenAsync(
            StoreKind.Postgres, new() { ConnectionString = await server.CreateDatabaseAsync() }, meters: counts.Meters);
        for (var i = 0; i < Callers; i++) await store.Database.OpenAccountAsync(i, 0);
        var (acknowledged, refused) = (new ConcurrentDictionary<long, int>(), new ConcurrentDictionary<long, int>());
        using var end = new CancellationTokenSource();
        using var progress = new SemaphoreSlim(0);
        var callers = Enumerable.Range(0, Callers).Select(i => CallAsync(store, i, acknowledged, refused, progress, end.Token)).ToList();

        for (var round = 1; round <= 3; round++)
        {
            await FurtherAsync(progress, callers);
            await server.StopAsync("immediate");
            await server.StartAgainAsync();
        }

        await FurtherAsync(progress, callers);
        await end.CancelAsync();
        await Task.WhenAll(callers);

        var keys = await store.Database.ReadAsync(snapshot =>
            snapshot.ReadListAsync("SELECT key, account FROM posting", static row => row.Bytes(0)), CancellationToken.None);
        var there = keys.Select(k => BitConverter.ToInt64([.. k.Take(8).Reverse()])).ToHashSet();
        Assert.Equal(keys.Count, there.Count);
        Assert.DoesNotContain(acknowledged.Keys, k => !there.Contains(k));
        Assert.DoesNotContain(refused.Keys, there.Contains);
        Assert.Equal(acknowledged.Count, there.Count);
        Assert.Equal(there.Count, await store.Database.NumberAsync("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
        Assert.Equal(there.Count, await store.Database.NumberAsync("SELECT count(*) FROM event"));
        Assert.NotEqual(0, counts["turnpike.storage.outcomes.resolved undone"] + counts["turnpike.storage.outcomes.resolved committed"]);
    }

    private static async Task CallAsync(TestStore store, int account, ConcurrentDictionary<long, int> acknowledged,
        ConcurrentDictionary<long, int> refused, SemaphoreSlim progress, CancellationToken end)
    {
        for (var n = 0L; !end.IsCancellationRequested; n++)
        {
            var key = (account * 1_000_000_000L) + n;
            try
            {
                Assert.True((await store.Database.PostAsync(account, key, 1)).IsOk);
                acknowledged[key] = account;
                progress.Release();
            }
            catch (StorageUnavailableException)
            {
                refused[key] = account;
            }
        }
    }

    // Of what was acknowledged before, at most what is in the semaphore counts too: it is emptied first.
    private static async Task FurtherAsync(SemaphoreSlim progress, List<Task> callers)
    {
        while (progress.Wait(0)) { }
        var failed = Task.WhenAny(callers);
        for (var i = 0; i < 500; i++)
        {
            if (await Task.WhenAny(progress.WaitAsync(), failed) == failed) await await failed;
        }
    }
}
