using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Kernel.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>Who holds a lease, by the holder's own clock; the table is a script.</summary>
public sealed class LeaseTests
{
    private const string Name = "test/task";
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_third = s_duration / 3;
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Where_one_process_owns_the_store_the_work_runs_at_once_and_commits_under_its_lease_until_it_ends()
    {
        await using var store = await TestStore.OpenAsync(clock: _clock);
        Lease? kept = null;
        await store.Database.Leases.RunAsync(Name, async (lease, cancellation) =>
        {
            kept = lease;
            await AdvanceAsync(s_duration * 10);
            Assert.True(lease.IsHeld);
            var done = await store.Database.CommitAsync<int>(Locks.Of("a").Under(lease), _ => new(7), cancellation);
            Assert.True(done.TryGet(out var value, out _));
            Assert.Equal(7, value);
        }, CancellationToken.None);

        await Assert.ThrowsAsync<LeaseLostException>(() =>
            store.Database.CommitAsync<int>(Locks.Of("a").Under(kept!), _ => new(7), CancellationToken.None));
    }

    [Fact]
    public async Task A_lease_is_renewed_each_third_of_its_time()
    {
        var table = new ScriptedTable();
        using var over = new CancellationTokenSource();
        var (running, lease, _) = await StartAsync(table, over.Token);
        for (var i = 1; i <= 10; i++)
        {
            await AdvanceAsync(s_third - TimeSpan.FromTicks(1));
            Assert.Equal(i - 1, table.Renewals);
            await AdvanceAsync(TimeSpan.FromTicks(1));
            Assert.Equal(i, table.Renewals);
        }

        Assert.True(lease.IsHeld);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(1, table.Released);
        Assert.False(lease.IsHeld);
    }

    [Fact]
    public async Task When_renewals_fail_the_work_is_ended_before_the_store_lets_another_have_the_lease()
    {
        var table = new ScriptedTable { Renew = () => throw new StorageUnavailableException("away") };
        using var over = new CancellationTokenSource();
        var (running, lease, ended) = await StartAsync(table, over.Token);

        await AdvanceAsync(s_duration * 0.9 - TimeSpan.FromTicks(1));
        Assert.False(ended.IsCompleted);
        Assert.True(lease.IsHeld);
        table.Renew = () => true;       // too late for this holding
        await AdvanceAsync(TimeSpan.FromTicks(1));
        await ended;
        Assert.False(lease.IsHeld);

        // Nothing is released that may be another's; the lease is asked for anew and the work begins again.
        var second = await table.Begun(2);
        Assert.Equal(0, table.Released);
        Assert.True(second.Token > lease.Token);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_holding_counts_from_before_it_was_asked_for()
    {
        var table = new ScriptedTable { TakeTakes = s_duration * 0.5 };
        using var over = new CancellationTokenSource();
        var (running, lease, ended) = await StartAsync(table, over.Token);
        table.Renew = () => throw new StorageUnavailableException("away");
        await AdvanceAsync(s_duration * 0.4 - TimeSpan.FromTicks(1));
        Assert.True(lease.IsHeld);
        await AdvanceAsync(TimeSpan.FromTicks(1));
        await ended;
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task When_the_store_says_that_another_has_it_the_work_ends_at_once()
    {
        var table = new ScriptedTable { Renew = () => false };
        using var over = new CancellationTokenSource();
        var (running, lease, ended) = await StartAsync(table, over.Token);
        await AdvanceAsync(s_third);
        await ended;
        Assert.False(lease.IsHeld);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Work_that_returns_ends_the_run_and_work_that_throws_too_and_both_release()
    {
        var table = new ScriptedTable();
        var leases = Make(table);
        await leases.RunAsync(Name, (_, _) => Task.CompletedTask, CancellationToken.None);
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            leases.RunAsync(Name, (_, _) => throw new InvalidDataException(), CancellationToken.None));
        Assert.Equal(2, table.Released);
    }

    /// <summary>Away from the test's synchronization context, so that what a timer starts happens inside.</summary>
    private Task AdvanceAsync(TimeSpan by) => Task.Run(() => _clock.Advance(by));

    private Leases Make(ScriptedTable table)
    {
        table.Clock = _clock;
        return new(table, s_duration, _clock, TestStore.Meters, NullLogger.Instance);
    }

    private async Task<(Task Running, Lease Lease, Task Ended)> StartAsync(ScriptedTable table, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leases = Make(table);
        var running = Task.Run(() => leases.RunAsync(Name, async (lease, token) =>
        {
            table.Begin(lease);
            using var registration = token.UnsafeRegister(_ => ended.TrySetResult(), null);
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, token);
        }, cancellation), CancellationToken.None);
        return (running, await table.Begun(1), ended.Task);
    }

    private sealed class ScriptedTable : ILeaseTable
    {
        private readonly TaskCompletionSource<Lease>[] _begun = [New<Lease>(), New<Lease>()];
        private int _works;
        private long _token;

        public bool IsShared => true;

        public ManualTimeProvider Clock { get; set; } = null!;

        public TimeSpan TakeTakes { get; init; }

        public Func<bool> Renew { get; set; } = () => true;

        public int Renewals { get; private set; }

        public int Released { get; private set; }

        public void Begin(Lease lease)
        {
            if (_works < _begun.Length) _begun[_works++].SetResult(lease);
        }

        public Task<Lease> Begun(int number) => _begun[number - 1].Task.WaitAsync(TimeSpan.FromSeconds(30));

        public Task<LeaseGrant?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation)
        {
            Clock.Advance(TakeTakes);
            return Task.FromResult<LeaseGrant?>(new LeaseGrant(++_token, _token > 1));
        }

        public Task<bool> TryRenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellation)
        {
            var held = Renew();
            Renewals++;
            return Task.FromResult(held);
        }

        public Task ReleaseAsync(Lease lease, CancellationToken cancellation)
        {
            Released++;
            return Task.CompletedTask;
        }

        private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
