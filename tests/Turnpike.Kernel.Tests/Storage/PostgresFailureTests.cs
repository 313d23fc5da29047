using Npgsql;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;
using static Turnpike.Kernel.Tests.Storage.StandardWork;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>What only a database on the other side of a network can do to a work.</summary>
public sealed class PostgresFailureTests
{
    [Theory]
    [InlineData(Cut.BeforeItArrives, "undone", 2)]
    [InlineData(Cut.AfterItIsDone, "committed", 1)]
    public async Task A_commit_whose_answer_is_lost_is_asked_about_and_the_caller_told_the_truth(Cut cut, string resolved, int runs)
    {
        using var counts = new MeterCounts();
        var server = await PostgresServer.SharedAsync();
        await using var proxy = new CuttingProxy(server.Port);
        var through = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()) { Port = proxy.Port };
        await using var store = await TestStore.OpenAsync(
            StoreKind.Postgres, new() { ConnectionString = through.ConnectionString }, meters: counts.Meters);
        await store.Database.OpenAccountAsync(1, 100);

        proxy.Next = cut;
        var ran = 0;
        var result = await store.Database.CommitAsync<long>(Locks.Of("test/account/1"), async work =>
        {
            ran++;
            var balance = await work.ReadAsync("SELECT balance FROM account WHERE id = $1", static row => row.Int64(0), Account(1));
            work.Write("UPDATE account SET balance = $2 WHERE id = $1", Account(1), balance + 1);
            work.Append("test/account", new Happened(1, CuttingProxy.Mark), TestJson.Default.Happened);
            return balance + 1;
        }, CancellationToken.None);

        Assert.True(result.TryGet(out var answered, out _));
        Assert.Equal(101, answered);
        Assert.Equal(Cut.Nothing, proxy.Next);
        Assert.Equal(runs, ran);
        Assert.Equal(101, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(1, await store.Database.NumberAsync("SELECT count(*) FROM event"));
        Assert.Equal(1, counts[$"turnpike.storage.outcomes.resolved {resolved}"]);
        Assert.Equal(runs - 1, counts["turnpike.storage.retries undone"]);
    }

    [Fact]
    public async Task A_session_that_is_ended_between_two_reads_costs_the_work_another_run()
    {
        using var counts = new MeterCounts();
        await using var store = await TestStore.OpenAsync(StoreKind.Postgres, meters: counts.Meters);
        await using var side = await PostgresSide.ConnectAsync(store.Options.ConnectionString!);
        var ran = 0;
        var result = await store.Database.CommitAsync<long>(Locks.Of("test/any"), async work =>
        {
            var process = await work.ReadAsync("SELECT pg_backend_pid()", static row => row.Int64(0));
            if (ran++ == 0) side.Terminate(process);
            var rows = await work.ReadAsync("SELECT count(*) FROM anything", static row => row.Int64(0));
            work.Write("INSERT INTO anything (number) VALUES ($1)", rows);
            return rows;
        }, CancellationToken.None);

        Assert.True(result.IsOk);
        Assert.Equal(2, ran);
        Assert.Equal(1, await store.Database.NumberAsync("SELECT count(*) FROM anything"));
        Assert.Equal(1, counts["turnpike.storage.retries connection"]);
    }

    [Fact]
    public async Task A_session_that_is_ended_within_its_last_round_trip_is_asked_about_and_run_again()
    {
        using var counts = new MeterCounts();
        await using var store = await TestStore.OpenAsync(StoreKind.Postgres, meters: counts.Meters);
        await store.Database.OpenAccountAsync(1, 100);
        await using var side = await PostgresSide.ConnectAsync(store.Options.ConnectionString!);
        await side.ExecuteAsync("BEGIN");
        await side.ExecuteAsync("SELECT 1 FROM account FOR UPDATE");

        var posted = store.Database.PostAsync(1, 1, 1);
        side.Terminate(await side.WaiterAsync());
        await side.ExecuteAsync("COMMIT");

        Assert.True((await posted).IsOk);
        Assert.Equal(101, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(1, counts["turnpike.storage.outcomes.resolved undone"]);
    }

    [Fact]
    public async Task Connections_that_died_while_they_lay_idle_are_replaced_and_nobody_notices()
    {
        using var counts = new MeterCounts();
        await using var store = await TestStore.OpenAsync(StoreKind.Postgres, meters: counts.Meters);
        await store.Database.OpenAccountAsync(1, 100);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => store.Database.PostAsync(1, i, 1)));
        await using var side = await PostgresSide.ConnectAsync(store.Options.ConnectionString!);
        await EndAllAsync();

        Assert.All(await Task.WhenAll(Enumerable.Range(100, 16).Select(i => store.Database.PostAsync(1, i, 1))), r => Assert.True(r.IsOk));
        await EndAllAsync();
        Assert.Equal(132, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(0, counts["turnpike.storage.works failed"]);

        Task EndAllAsync() => side.ExecuteAsync("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            + "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'turnpike'");
    }

    [Fact]
    public async Task A_deadlock_costs_time_and_nothing_else()
    {
        using var counts = new MeterCounts();
        await using var store = await TestStore.OpenAsync(StoreKind.Postgres, meters: counts.Meters);
        await store.Database.OpenAccountAsync(1, 100);
        await store.Database.OpenAccountAsync(2, 100);
        await using var side = await PostgresSide.ConnectAsync(store.Options.ConnectionString!);
        await side.ExecuteAsync("SET deadlock_timeout = '1min'");       // so that it is the work that is chosen to give way
        await side.ExecuteAsync("BEGIN");
        await side.ExecuteAsync("UPDATE account SET balance = balance + 1 WHERE id = $1", Account(1));

        var work = store.Database.CommitAsync<int>(Locks.None, work =>
        {
            work.Write("UPDATE account SET balance = balance + 10 WHERE id = $1", Account(2));
            work.Write("UPDATE account SET balance = balance + 10 WHERE id = $1", Account(1));
            return new(1);
        }, CancellationToken.None);
        await side.WaiterAsync();
        await side.ExecuteAsync("UPDATE account SET balance = balance + 1 WHERE id = $1", Account(2));
        await side.ExecuteAsync("COMMIT");

        Assert.True((await work).IsOk);
        Assert.Equal(222, await store.Database.NumberAsync("SELECT CAST(sum(balance) AS BIGINT) FROM account"));
        Assert.Equal(1, counts["turnpike.storage.retries deadlock"]);
    }

    [Fact]
    public async Task A_work_that_waits_too_long_for_a_row_tries_again_and_then_says_so()
    {
        using var counts = new MeterCounts();
        var server = await PostgresServer.SharedAsync();
        var impatient = await server.CreateDatabaseAsync() + ";Options=-c lock_timeout=20ms";
        await using var store = await TestStore.OpenAsync(StoreKind.Postgres, new() { ConnectionString = impatient }, meters: counts.Meters);
        await store.Database.OpenAccountAsync(1, 100);
        await using var side = await PostgresSide.ConnectAsync(store.Options.ConnectionString!);
        await side.ExecuteAsync("BEGIN");
        await side.ExecuteAsync("SELECT 1 FROM account FOR UPDATE");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.Database.PostAsync(1, 1, 1));
        await side.ExecuteAsync("COMMIT");

        Assert.InRange(counts["turnpike.storage.retries lock_timeout"], 2, 20);
        Assert.Equal(100, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.True((await store.Database.PostAsync(1, 1, 1)).IsOk);
    }

    [Fact]
    public async Task Works_of_two_nodes_on_one_aggregate_stand_in_line_whatever_order_they_name_their_locks_in()
    {
        await using var one = await TestStore.OpenAsync(StoreKind.Postgres);
        await using var two = await TestStore.OpenAsync(StoreKind.Postgres, new() { ConnectionString = one.Options.ConnectionString });
        for (var i = 0; i < 4; i++) await one.Database.OpenAccountAsync(i, 1000);

        var moved = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            MoveAsync(i % 2 == 0 ? one : two, i % 4, (i + 1 + (i / 4 % 3)) % 4)));

        Assert.All(moved, m => Assert.True(m.IsOk));
        Assert.Equal(4000, await two.Database.NumberAsync("SELECT CAST(sum(balance) AS BIGINT) FROM account"));

        // Reads both and writes what it has calculated: without the locks money would be made or lost.
        static Task<Result<int>> MoveAsync(TestStore store, int from, int to) =>
            store.Database.CommitAsync<int>(Locks.Of($"test/account/{from}", $"test/account/{to}"), async work =>
            {
                var balances = await work.ReadManyAsync("SELECT balance FROM account WHERE id = $1",
                    [[Account(from)], [Account(to)]], static row => row.Int64(0));
                work.Write("UPDATE account SET balance = $2 WHERE id = $1", Account(from), balances[0] - 1);
                work.Write("UPDATE account SET balance = $2 WHERE id = $1", Account(to), balances[1] + 1);
                return 1;
            }, CancellationToken.None);
    }
}
