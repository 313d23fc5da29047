using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>Leases in PostgreSQL: several nodes, one of them at a time.</summary>
public sealed class PostgresLeaseTests : IAsyncLifetime
{
    private const string Name = "test/task";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private NpgsqlDataSource _source = null!;
    private TestStore _store = null!;
    private PostgresConnections _connections = null!;

    public async Task InitializeAsync()
    {
        _store = await TestStore.OpenAsync(StoreKind.Postgres);
        _source = NpgsqlDataSource.Create(_store.Options.ConnectionString!);
        _connections = Connect(_store.Options);
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _source.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_nodes_one_runs_and_each_that_stops_is_followed_at_once_by_another_with_a_higher_token()
    {
        const int nodes = 5;
        var began = new BlockingCollection<(int Node, long Token)>();
        var running = 0;
        var runs = Enumerable.Range(0, nodes).Select(node =>
        {
            var stop = new CancellationTokenSource();
            return (Stop: stop, Run: new Node(_connections, TimeSpan.FromMinutes(5)).Leases.RunAsync(Name, async (lease, cancellation) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                began.Add((node, lease.Token), CancellationToken.None);
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            }, stop.Token));
        }).ToArray();

        // With five minutes' leases only a release lets the next begin.
        for (var turn = 1; turn <= nodes; turn++)
        {
            Assert.True(began.TryTake(out var holder, s_patience));
            Assert.Equal(turn, holder.Token);
            await runs[holder.Node].Stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs[holder.Node].Run.WaitAsync(s_patience));
            runs[holder.Node].Stop.Dispose();
        }
    }

    [Fact]
    public async Task A_node_that_can_no_longer_renew_has_ended_its_work_when_another_begins()
    {
        Node[] nodes = [new(_connections, TimeSpan.FromSeconds(1)), new(_connections, TimeSpan.FromSeconds(1))];
        using var over = new CancellationTokenSource();
        var began = Channel.CreateUnbounded<(int Node, long Token)>();
        var running = 0;
        var runs = Task.WhenAll(nodes.Select((node, i) => node.Leases.RunAsync(Name, async (lease, cancellation) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await began.Writer.WriteAsync((i, lease.Token), CancellationToken.None);
            using var registration = cancellation.UnsafeRegister(_ => Interlocked.Decrement(ref running), null);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }, over.Token)));

        for (var turn = 1; turn <= 3; turn++)
        {
            using var limit = new CancellationTokenSource(s_patience);
            var (holder, token) = await began.Reader.ReadAsync(limit.Token);
            Assert.Equal(turn, token);
            nodes[holder].Table.IsCut = true;
            nodes[1 - holder].Table.IsCut = false;
        }

        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_work_under_a_lease_holds_off_who_would_take_over_and_an_old_token_finds_nothing()
    {
        var table = new PostgresLeaseTable(_connections);
        var grant = await table.TryTakeAsync(Name, "a", TimeSpan.FromMilliseconds(1), CancellationToken.None);
        Assert.Equal(new LeaseGrant(1, IsTakeover: false), grant);
        using var first = new Lease(Name, "a", 1, TimeProvider.System);
        first.HoldUntil(TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(10));      // it slept, and knows nothing
        await RunOutAsync();

        using var gate = new ManualResetEventSlim();
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var work = Task.Run(() => _store.Database.CommitAsync<int>(Locks.Of("a").Under(first), async w =>
        {
            await w.ReadAsync("SELECT count(*) FROM account", static row => row.Int64(0));
            inside.TrySetResult();
            gate.Wait();
            w.Write("INSERT INTO account (id, balance) VALUES ($1, 1)", StandardWork.Account(1));
            return 1;
        }, CancellationToken.None));
        await inside.Task;
        var takeover = table.TryTakeAsync(Name, "b", TimeSpan.FromMinutes(1), CancellationToken.None);
        await WaitForALockAsync();
        Assert.False(takeover.IsCompleted);
        gate.Set();
        Assert.True((await work).IsOk);
        Assert.Equal(new LeaseGrant(2, IsTakeover: true), await takeover);

        Assert.True(first.IsHeld);
        await Assert.ThrowsAsync<LeaseLostException>(() => OpenAccountAsync(first, 2, reads: true));
        Assert.False(first.IsHeld);
        using var again = new Lease(Name, "a", 1, TimeProvider.System);
        again.HoldUntil(TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(10));
        await Assert.ThrowsAsync<LeaseLostException>(() => OpenAccountAsync(again, 3, reads: false));
        using var second = new Lease(Name, "b", 2, TimeProvider.System);
        second.HoldUntil(TimeProvider.System.GetTimestamp(), TimeSpan.FromMinutes(10));
        Assert.True((await OpenAccountAsync(second, 4, reads: false)).IsOk);
        Assert.Equal(2, await _store.Database.NumberAsync("SELECT count(*) FROM account"));
        Assert.Null(await table.TryTakeAsync(Name, "a", TimeSpan.FromMinutes(1), CancellationToken.None));
        // Who did not hear the answer asks again, and is still the same holder.
        Assert.Equal(new LeaseGrant(2, IsTakeover: true), await table.TryTakeAsync(Name, "b", TimeSpan.FromMinutes(1), default));
        using var old = new Lease(Name, "a", 1, TimeProvider.System);
        Assert.False(await table.TryRenewAsync(old, TimeSpan.FromMinutes(1), CancellationToken.None));
        await table.ReleaseAsync(old, CancellationToken.None);
        Assert.Null(await table.TryTakeAsync(Name, "a", TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task Who_only_asks_writes_nothing()
    {
        var table = new PostgresLeaseTable(_connections);
        await table.TryTakeAsync(Name, "a", TimeSpan.FromMinutes(1), CancellationToken.None);
        var before = await VersionAsync();
        for (var i = 0; i < 10; i++) Assert.Null(await table.TryTakeAsync(Name, "b", TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(before, await VersionAsync());
    }

    private async Task<string> VersionAsync()
    {
        await using var command = _source.CreateCommand("SELECT concat(ctid, ' ', xmin, ' ', xmax) FROM lease");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private Task<Result<int>> OpenAccountAsync(Lease lease, int id, bool reads) =>
        _store.Database.CommitAsync<int>(Locks.Of("a").Under(lease), async work =>
        {
            if (reads) await work.ReadAsync("SELECT count(*) FROM account", static row => row.Int64(0));
            work.Write("INSERT INTO account (id, balance) VALUES ($1, 1)", StandardWork.Account(id));
            return 1;
        }, CancellationToken.None);

    private static PostgresConnections Connect(StorageOptions options) => new(options);

    /// <summary>The database's clock has passed the lease's end.</summary>
    private async Task RunOutAsync()
    {
        await using var command = _source.CreateCommand("SELECT bool_and(until < clock_timestamp()) FROM lease");
        while (!(bool)(await command.ExecuteScalarAsync())!) { }
    }

    private async Task WaitForALockAsync()
    {
        await using var command = _source.CreateCommand(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')");
        while (!(bool)(await command.ExecuteScalarAsync())!) { }
    }

    private sealed class Node
    {
        public Node(PostgresConnections source, TimeSpan duration)
        {
            Table = new(new PostgresLeaseTable(source));
            Leases = new(Table, duration, TimeProvider.System, TestStore.Meters, NullLogger.Instance);
        }

        public CuttableTable Table { get; }

        public Leases Leases { get; }
    }

    /// <summary>A way to the table that can be cut, as a network is.</summary>
    private sealed class CuttableTable(ILeaseTable table) : ILeaseTable
    {
        public volatile bool IsCut;

        public bool IsShared => true;

        public Task<LeaseGrant?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation) =>
            Pass(() => table.TryTakeAsync(name, holder, duration, cancellation));

        public Task<bool> TryRenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellation) =>
            Pass(() => table.TryRenewAsync(lease, duration, cancellation));

        public Task ReleaseAsync(Lease lease, CancellationToken cancellation) => Pass(async () =>
        {
            await table.ReleaseAsync(lease, cancellation);
            return true;
        });

        private Task<T> Pass<T>(Func<Task<T>> call) =>
            IsCut ? Task.FromException<T>(new StorageUnavailableException("The network is cut.")) : call();
    }
}
