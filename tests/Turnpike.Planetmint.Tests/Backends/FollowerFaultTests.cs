using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Planetmint.Backends;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Backends;

public sealed class FollowerFaultTests
{
    public static TheoryData<Dialect> Dialects => [.. Enum.GetValues<Dialect>()];

    // Side by side, on threads of their own: they mostly wait.
    [Fact]
    public Task Whatever_fails_each_height_is_stored_once_and_in_order_in_each_dialect() => Task.WhenAll(
        Enum.GetValues<Dialect>().Select(dialect => Task.Factory.StartNew(
            () => CheckWhateverFails(dialect), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private static void CheckWhateverFails(Dialect dialect)
    {
        var faults = Gen.Elements(Enum.GetValues<Fault>()).ArrayOf(25);
        var failures = Gen.Elements((false, false), (false, false), (true, false), (false, true)).ArrayOf(6);
        var property = Prop.ForAll(
            faults.ToArbitrary(), failures.ToArbitrary(), (f, s) => FollowAsync(dialect, f, s).GetAwaiter().GetResult());
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(12).WithReplay(20260101, 77), property.Label(dialect.ToString()));
    }

    private static async Task<bool> FollowAsync(Dialect dialect, Fault[] faults, (bool, bool)[] failures)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 6; i++) upstream.Chain.Append(i % 2 == 0 ? [0, 0] : []);
        foreach (var fault in faults) upstream.Faults.Enqueue(fault);
        var store = new RecordingStore();
        foreach (var failure in failures) store.Failures.Enqueue(failure);
        var options = upstream.Options with
        {
            RequestTimeout = TimeSpan.FromSeconds(60),
            PollInterval = TimeSpan.FromSeconds(1),
            CheckInterval = TimeSpan.FromSeconds(30),
        };
        await using (await Following.StartAsync(upstream, store, options, new FastClock(400)))
        {
            await store.WaitAsync(6);
            for (var i = 0; i < 6; i++) await upstream.CommitAsync(0);
            await store.WaitAsync(12);
        }

        Following.HoldsTheChain(store, upstream.Chain);
        return true;
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Errors_and_silence_make_it_unhealthy_until_they_pass(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(0);
        upstream.FaultOf = _ => Fault.Error500;
        var store = new RecordingStore();
        var options = upstream.Options with { RequestTimeout = TimeSpan.FromSeconds(10) };
        await using var following = await Following.StartAsync(upstream, store, options);
        Assert.Contains("500", await following.Log.NextAsync(6401), StringComparison.Ordinal);
        Assert.Equal(FollowerState.Failing, following.Follower.Health.State);

        upstream.FaultOf = _ => Fault.Silence;
        Assert.Contains("within 10 s", await following.Log.NextAsync(6401), StringComparison.Ordinal);

        upstream.FaultOf = _ => Fault.Garbage;
        Assert.Contains("cannot be read", await following.Log.NextAsync(6401), StringComparison.Ordinal);

        upstream.FaultOf = _ => Fault.None;
        await following.Log.NextAsync(6400);
        await store.WaitAsync(1);
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Fact]
    public async Task A_block_that_is_never_given_though_it_exists_is_waited_for_and_reported()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.CometBft038);
        for (var i = 0; i < 5; i++) upstream.Chain.Append(0);
        upstream.FaultOf = r => r.Path == "/block_results" && r.Query["height"] == "3" ? Fault.NotYet : Fault.None;
        var store = new RecordingStore();
        var options = upstream.Options with { RequestTimeout = TimeSpan.FromSeconds(10), PollInterval = TimeSpan.FromSeconds(1) };
        await using var following = await Following.StartAsync(upstream, store, options, new FastClock(20));
        Assert.Contains("head is 5, but it does not give block 3", await following.Log.NextAsync(6401), StringComparison.Ordinal);
        Assert.Equal(2, store.Blocks.Count);

        upstream.FaultOf = _ => Fault.None;
        await store.WaitAsync(5);
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Fact]
    public async Task A_block_stored_by_another_node_meanwhile_is_not_stored_again()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.CometBft038);
        for (var i = 0; i < 4; i++) upstream.Chain.Append(0);
        var store = new RecordingStore();
        store.Failures.Enqueue((false, false));
        store.Failures.Enqueue((false, true)); // there, but we were told otherwise
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(4);
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Fact]
    public async Task Pauses_double_from_half_a_second_to_ten_and_begin_anew_after_success()
    {
        var clock = new WatchedClock();
        var upstream = new LocalUpstream { Fails = true };
        var store = new RecordingStore();
        var options = new UpstreamOptions { Kind = UpstreamKind.Node, PollInterval = TimeSpan.FromSeconds(7) };
        await using var following = await Following.StartAsync(upstream, store, options, clock);
        foreach (var seconds in new[] { 0.5, 1, 2, 4, 8, 10 }) await PassAsync(clock, seconds);
        await PassAsync(clock, 10, () => upstream.Fails = false);
        await PassAsync(clock, 7); // nothing new: the poll
        await PassAsync(clock, 7, () => upstream.Fails = true);
        await PassAsync(clock, 0.5);
        await PassAsync(clock, 1);
    }

    [Fact]
    public async Task Fetching_runs_ahead_within_its_bound_and_storing_keeps_the_order()
    {
        var upstream = new LocalUpstream { Head = 40, Holds = true };
        var store = new RecordingStore();
        var options = new UpstreamOptions { Kind = UpstreamKind.Node, Ahead = 4, PollInterval = TimeSpan.FromHours(1) };
        await using var following = await Following.StartAsync(upstream, store, options, TimeProvider.System);
        for (var i = 0; i < 40; i++) await upstream.ReleaseNewestAsync(); // answers come backwards
        await store.WaitAsync(40);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), store.Blocks.Select(block => block.Height));
        Assert.Equal(4, upstream.MostAtOnce);
    }

    private static async Task PassAsync(WatchedClock clock, double seconds, Action? before = null)
    {
        var pause = await clock.Pauses.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(seconds, pause.TotalSeconds);
        before?.Invoke();
        clock.Advance(pause);
    }

    /// <summary>An upstream without a network: what the follower does to time and order shows undisturbed.</summary>
    private sealed class LocalUpstream : IUpstream, IDisposable
    {
        private readonly Lock _lock = new();
        private readonly List<TaskCompletionSource> _held = [];
        private readonly SemaphoreSlim _asked = new(0);

        public volatile bool Fails;
        public void Dispose() => _asked.Dispose();

        public bool Holds { get; init; }
        public long Head { get; init; }
        public int MostAtOnce { get; private set; }

        public async Task<UpstreamBlock?> ReadBlockAsync(long height, CancellationToken cancellation)
        {
            if (Fails) throw new UpstreamException(UpstreamFault.Unreachable, "Scripted");
            if (height > Head) return null;
            if (Holds) await HoldAsync(cancellation);
            return new UpstreamBlock(height, height.ToString(CultureInfo.InvariantCulture), []);
        }

        public Task<string?> ReadHashAsync(long height, CancellationToken cancellation) =>
            Task.FromResult<string?>(height.ToString(CultureInfo.InvariantCulture));

        public Task<long?> ReadHeadAsync(CancellationToken cancellation) => Fails
            ? throw new UpstreamException(UpstreamFault.Unreachable, "Scripted")
            : Task.FromResult<long?>(Head);

        public Task ListenAsync(Action onWord, CancellationToken cancellation) =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);

        public Task<UpstreamAnswer> PostAsync(ReadOnlyMemory<byte> body, PostMode mode, CancellationToken cancellation) =>
            throw new NotSupportedException();

        /// <summary>Waits for a question and lets the newest one have its answer.</summary>
        public async Task ReleaseNewestAsync()
        {
            await _asked.WaitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            TaskCompletionSource newest;
            lock (_lock)
            {
                newest = _held[^1];
                _held.RemoveAt(_held.Count - 1);
            }

            newest.SetResult();
        }

        private Task HoldAsync(CancellationToken cancellation)
        {
            var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                _held.Add(held);
                MostAtOnce = Math.Max(MostAtOnce, _held.Count);
            }

            _asked.Release();
            return held.Task.WaitAsync(cancellation);
        }
    }
}
