using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;
using Turnpike.Kernel.Tests.Storage;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>Two nodes on one PostgreSQL under load, whatever happens to sessions and server: nothing lost or out of order.</summary>
public sealed class PostgresOutageTests
{
    private const int Aggregates = 40;

    [Fact]
    public async Task Two_nodes_bring_the_same_order_and_a_state_read_under_load_fits_into_it()
    {
        await using var nodes = await Nodes.OpenAsync(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        await using var undone = await RawWork.BeginAsync(nodes.Right.Options.ConnectionString!);
        var states = new List<(StatePoint Point, IReadOnlyList<long> Versions)>();
        for (var i = 1; i <= 30; i++)
        {
            await OrFailAsync(load, nodes.LeftMemory.UntilAsync(i * 40));
            states.Add(await (i % 2 == 0 ? nodes.Left : nodes.Right).Database.VersionsAsync());
            await undone.AppendAsync("test/0");
            await undone.RollbackAsync();
            await undone.ExecuteAsync("BEGIN");
        }

        await stop.CancelAsync();
        await load;
        var final = await nodes.FinalAsync();
        foreach (var memory in new[] { nodes.LeftMemory, nodes.RightMemory })
            Assert.All(states, s => Versions.Lead(s.Versions, final, memory.Events.Where(e => !s.Point.Contains(e))));
        Assert.Equal(nodes.LeftMemory.Events.Select(EventStore.Text), nodes.RightMemory.Events.Select(EventStore.Text));
        // And who keeps the point as its cursor reads the same from the log of the other node.
        var after = states[10].Point;
        Assert.Equal(nodes.LeftMemory.Events.Where(e => !after.Contains(e)).Select(EventStore.Text),
            await nodes.Right.ReadAllAsync("", after.ToCursor(), 100));
    }

    [Fact]
    public async Task Sessions_that_are_ended_under_load_cost_nothing_but_time()
    {
        await using var nodes = await Nodes.OpenAsync(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        var ended = 0L;
        for (var i = 1; i <= 40; i++)
        {
            await OrFailAsync(load, nodes.RightMemory.UntilAsync(i * 25));
            ended += await nodes.Left.TerminateAsync("random() < 0.2");
        }

        await stop.CancelAsync();
        Assert.True(await load > 0);
        Assert.True(ended > 40);
        await nodes.RequireNothingLostAsync();
    }

    [Fact]
    public async Task A_server_that_crashes_under_load_and_comes_back_costs_nothing_but_time()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var nodes = await Nodes.OpenAsync(await server.CreateDatabaseAsync());
        using var stop = new CancellationTokenSource();
        var load = nodes.LoadAsync(stop.Token);
        await OrFailAsync(load, nodes.LeftMemory.UntilAsync(300));
        await server.StopAsync("immediate");
        await server.StartAgainAsync();
        var before = nodes.RightMemory.Events[^1].Position;
        await OrFailAsync(load, nodes.RightMemory.UntilAsync(before + 300));
        await stop.CancelAsync();
        await load;
        await nodes.RequireNothingLostAsync();
    }

    // A caller that fails ends the load, and then nothing more would come.
    private static async Task OrFailAsync(Task load, Task come)
    {
        if (await Task.WhenAny(load, come) == load) await load;
        await come;
    }

    private sealed class Nodes : IAsyncDisposable
    {
        private int _lost;

        private Nodes(TestStore left, TestStore right) => (Left, Right) = (left, right);

        public TestStore Left { get; }

        public TestStore Right { get; }

        public Memory LeftMemory { get; } = new();

        public Memory RightMemory { get; } = new();

        public static async Task<Nodes> OpenAsync(string connectionString)
        {
            var nodes = new Nodes(await OpenOneAsync(connectionString), await OpenOneAsync(connectionString));
            nodes.Begin(nodes.Left, nodes.LeftMemory);
            nodes.Begin(nodes.Right, nodes.RightMemory);
            await nodes.Left.Database.OpenAsync(Aggregates);
            return nodes;
        }

        /// <summary>Raises aggregates from both nodes until it is cancelled.</summary>
        /// <returns>How many works were acknowledged.</returns>
        public async Task<int> LoadAsync(CancellationToken stop)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var callers = Enumerable.Range(0, 8).Select(caller => LoadAsync(caller, end.Token)).ToArray();
            await Task.WhenAny(callers);
            await end.CancelAsync();
            return (await Task.WhenAll(callers)).Sum();
        }

        /// <summary>The versions in the end, once both nodes have brought them.</summary>
        public async Task<IReadOnlyList<long>> FinalAsync()
        {
            var (_, versions) = await Left.Database.VersionsAsync();
            var newest = await Left.Database.NumberAsync("SELECT max(position) FROM event");
            await Task.WhenAll(LeftMemory.UntilAsync(newest), RightMemory.UntilAsync(newest));
            return versions;
        }

        public async Task RequireNothingLostAsync()
        {
            var final = await FinalAsync();
            var start = new long[Aggregates];
            Versions.Lead(start, final, LeftMemory.Events);
            Versions.Lead(start, final, RightMemory.Events);
            Assert.Equal(LeftMemory.Events.Select(EventStore.Text), RightMemory.Events.Select(EventStore.Text));
            Assert.Equal(0, _lost);
        }

        public async ValueTask DisposeAsync()
        {
            await Left.DisposeAsync();
            await Right.DisposeAsync();
        }

        private static Task<TestStore> OpenOneAsync(string connectionString) =>
            TestStore.OpenAsync(StoreKind.Postgres, new() { ConnectionString = connectionString, MaxConnections = 8 });

        private void Begin(TestStore store, Memory memory)
        {
            store.Database.Feed.Subscribe("", memory.OnEvent, () =>
            {
                Interlocked.Increment(ref _lost);
                return ValueTask.CompletedTask;
            });
            store.Database.Feed.Start();
        }

        private async Task<int> LoadAsync(int caller, CancellationToken stop)
        {
            var (random, acknowledged) = (new SplitMix((ulong)caller), 0);
            var known = new long[Aggregates];
            while (!stop.IsCancellationRequested)
            {
                var aggregate = random.Below(Aggregates);
                try
                {
                    var raised = await (caller % 2 == 0 ? Left : Right).Database.RaiseAsync(aggregate);
                    Assert.True(raised.TryGet(out var version, out _));
                    Assert.True(version > known[aggregate]);     // what was acknowledged stays
                    known[aggregate] = version;
                    acknowledged++;
                }
                catch (StorageUnavailableException)
                {
                    // The database is away; nothing of it was done.
                }
            }

            return acknowledged;
        }
    }
}
