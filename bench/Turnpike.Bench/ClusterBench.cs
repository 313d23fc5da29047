using System.Globalization;
using Npgsql;
using Turnpike.Bench.Harness;
using Turnpike.Bench.Load;
using Turnpike.Tests;

namespace Turnpike.Bench;

/// <summary>
/// Nodes over one PostgreSQL, each a process of its own: durable works a second, and from sending a work's COMMIT to handing its event to
/// a subscriber, on every node. Beside them, in turns on the same disk: the database's own pgbench with as many connections, the same
/// works without events and feeds, and SQLite embedded.
/// </summary>
internal sealed class ClusterBench(Settings settings, Report report)
{
    private const int Connections = 16;

    public async Task RunAsync()
    {
        await RunAsync("cluster", null, [1, 2, 4]);
        using var folder = new BenchData();
        if (await SlowDisk.BuildAsync("/var/tmp") is { } library)
        {
            await RunAsync("cluster.slowdisk", library, [2]);
            File.Delete(library);
        }
    }

    private async Task RunAsync(string name, string? preload, int[] sizes)
    {
        await using var server = await PostgresServer.StartAsync(preload: preload);
        var peer = new List<double>();
        var withoutEvents = new List<Outcome>();
        var sqlite = new List<Outcome>();
        var clusters = sizes.ToDictionary(size => size, _ => new List<Outcome>());
        for (var run = 1; run <= settings.Runs; run++)
        {
            peer.Add(await PgbenchAsync(server));
            foreach (var (size, outcomes) in clusters) outcomes.Add(await ClusterAsync(server, size, WorksKind.Postgres));
            withoutEvents.Add(await ClusterAsync(server, sizes[^1] == 2 ? 2 : 1, WorksKind.PostgresWithoutEvents));
            if (preload is null) sqlite.Add(await SqliteAsync());
            Note(name, run, peer[^1], withoutEvents[^1], sqlite.LastOrDefault(), clusters);
        }

        foreach (var (size, outcomes) in clusters) Add($"{name}.{size}nodes", outcomes, Median.Of(peer));
        var same = clusters[sizes[^1] == 2 ? 2 : 1];
        report.Add(Row.Against($"{name}.events", Rate(same), "works/s", "without events and feeds", Rate(withoutEvents), ">= 0.9"));
        if (preload is null)
            report.Add(Row.Against($"{name}.1nodes.sqlite", Rate(clusters[1]), "works/s", "SQLite embedded", Rate(sqlite), null));
    }

    private void Add(string name, List<Outcome> outcomes, double peer)
    {
        report.Add(Row.Against($"{name}.works", Rate(outcomes), "works/s", "pgbench -N -M prepared", peer, ">= 0.6"));
        report.Add(Row.Against($"{name}.delivery.p50", Median.Of(outcomes.Select(o => o.Delivery50)), "ms", "commit's own",
            Median.Of(outcomes.Select(o => o.Commit50)), "<= 1.5"));
        report.Add(Row.Against($"{name}.delivery.p99", Median.Of(outcomes.Select(o => o.Delivery99)), "ms", "commit's own",
            Median.Of(outcomes.Select(o => o.Commit99)), null));
    }

    private async Task<double> PgbenchAsync(PostgresServer server)
    {
        var database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await Pgbench.PrepareAsync(server, database);
        return await Pgbench.RateAsync(server, database, Connections, settings.WarmUp + settings.Window);
    }

    private async Task<Outcome> ClusterAsync(PostgresServer server, int nodes, WorksKind kind)
    {
        var store = await server.CreateDatabaseAsync();
        return await MeasureAsync(nodes, kind, store);
    }

    private async Task<Outcome> SqliteAsync()
    {
        using var data = new BenchData();
        return await MeasureAsync(1, WorksKind.Sqlite, data.Path);
    }

    private async Task<Outcome> MeasureAsync(int count, WorksKind kind, string store)
    {
        var nodes = new List<Child>();
        try
        {
            for (var node = 0; node < count; node++)
            {
                nodes.Add(Child.Self("load", "works", Text(node), Text(Connections / count), kind.ToString()));
                nodes[^1].Tell(store);
                await nodes[^1].HearAsync("connected");
            }

            await AskAsync(nodes, "start", "warm");
            var before = await AskAsync(nodes, "mark", "mark");
            await Settings.WaitAsync(settings.Window);
            var after = await AskAsync(nodes, "mark", "mark");
            var works = (await AskAsync(nodes, "stop", "stopped")).Sum(answer => answer[0]);
            // Nothing lost, nothing twice: each node is handed exactly the events of all.
            var expected = kind == WorksKind.PostgresWithoutEvents ? 0 : works;
            var drained = await AskAsync(nodes, $"drain {expected}", "drained");
            if (drained.Any(d => d[0] != expected)) throw new IOException($"{expected} events were committed, a node was handed others.");
            var rate = before.Zip(after, (b, a) => (a[1] - b[1]) / (a[0] - b[0]) * 1000).Sum();
            double Mean(int column) => drained.Average(d => d[column]);
            return new(rate, Mean(1), Mean(2), Mean(3), Mean(4));
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }

    private static async Task<List<double[]>> AskAsync(List<Child> nodes, string line, string word)
    {
        foreach (var node in nodes) node.Tell(line);
        var answers = new List<double[]>();
        foreach (var node in nodes) answers.Add(await node.HearAsync(word));
        return answers;
    }

    private void Note(string name, int run, double peer, Outcome plain, Outcome? sqlite, Dictionary<int, List<Outcome>> clusters)
    {
        var ours = clusters.Select(c => $"{c.Key} nodes {c.Value[^1]}");
        Report.Note($"  {name} run {run}/{settings.Runs} pgbench {peer:#,0}/s, {string.Join(", ", ours)}, "
            + $"without events {plain.Rate:#,0}/s{(sqlite is null ? "" : $", SQLite {sqlite.Rate:#,0}/s")}");
    }

    private static double Rate(List<Outcome> outcomes) => Median.Of(outcomes.Select(o => o.Rate));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Works a second of all nodes; percentiles in ms, from sending COMMIT.</summary>
    private sealed record Outcome(double Rate, double Commit50, double Commit99, double Delivery50, double Delivery99)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Rate:#,0}/s (p50/p99: commit {Commit50:0.0}/{Commit99:0.0} ms, delivery {Delivery50:0.0}/{Delivery99:0.0} ms)");
    }
}
