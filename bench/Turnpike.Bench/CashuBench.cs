using System.Globalization;
using Turnpike.Bench.Harness;
using Turnpike.Bench.Servers;
using Turnpike.Kernel.Crypto;
using Turnpike.Tests;

namespace Turnpike.Bench;

/// <summary>
/// The mint, in a process of its own, and a client in another whose bodies are made beforehand. Swaps of four proofs for six outputs, and
/// mints of six outputs on quotes that are paid, 32 at once, on both stores; beside them, in turns, what the curve alone would allow on the
/// same cores, and the same work by cashu-ts's functions for mints. Then: from a swap to the frames that tell of its proofs.
/// </summary>
internal sealed class CashuBench(Settings settings, Report report)
{
    private const int Inputs = 4;
    private const int Outputs = 6;

    private int WarmUp => settings.Quick ? 300 : 3000;      // requests; the runtime compiles hot code anew for some seconds

    private int Measured => settings.Quick ? 500 : 3000;

    private int Changes => settings.Quick ? 50 : 250;

    public async Task RunAsync()
    {
        await MeasureRatesAsync();
        await MeasureStatesAsync();
    }

    private async Task MeasureRatesAsync()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var stores = new Dictionary<string, List<Outcome>> { ["sqlite"] = [], ["postgres"] = [] };
        var peers = new List<Peers>();
        for (var run = 1; run <= settings.Runs; run++)
        {
            foreach (var (name, outcomes) in stores)
            {
                outcomes.Add(await StoreAsync(name == "postgres" ? await postgres.CreateDatabaseAsync() : null));
                Report.Note($"  cashu run {run}/{settings.Runs} {name}: {outcomes[^1]}");
            }

            peers.Add(await PeersAsync());
            Report.Note($"  cashu run {run}/{settings.Runs} {peers[^1]}");
        }

        foreach (var (name, outcomes) in stores)
        {
            Add($"cashu.swaps.{name}", "swaps/s", outcomes.Select(o => o.Swaps), peers.Select(p => p.Swaps));
            Add($"cashu.mints.{name}", "mints/s", outcomes.Select(o => o.Mints), peers.Select(p => p.Mints));
        }

        foreach (var (name, outcomes) in stores)
        {
            var target = name == "sqlite" ? ">= 60" : null;
            report.Add(Row.Alone($"cashu.curve.{name}", 100 * Median.Of(outcomes.Select(o => o.Swaps.CurveShare)), "% of CPU", target));
        }
    }

    private void Add(string name, string unit, IEnumerable<Figures> ours, IEnumerable<Bounds> peers)
    {
        var rate = Median.Of(ours.Select(f => f.Rate));
        report.Add(Row.Against(name, rate, unit, "the curve alone", Median.Of(peers.Select(p => p.Curve)), null));
        report.Add(Row.Against(name, rate, unit, "cashu-ts's mint side", Median.Of(peers.Select(p => p.Node)), null));
    }

    /// <param name="database">PostgreSQL's connection string; null for SQLite.</param>
    private async Task<Outcome> StoreAsync(string? database)
    {
        using var data = new BenchData();
        await using var server = await StartAsync(data, database);
        await using var client = await ConnectAsync(server, "mint", WarmUp + Measured, WarmUp + Measured);
        var mints = await FiguresAsync(server, client, "mints");
        var swaps = await FiguresAsync(server, client, "swaps");
        return new Outcome(mints, swaps);
    }

    /// <summary>Starts a client, and has its quotes paid.</summary>
    private static async Task<Child> ConnectAsync(MintChild server, string kind, int first, int second)
    {
        var client = Child.Self("load", kind, Text(server.Port), Text(first), Text(second));
        var quoted = await client.HearAsync("quoted");
        server.Process.Tell($"paid {quoted[0]}");
        await server.Process.HearAsync("paid");
        client.Tell("paid");
        await client.HearAsync("ready");
        return client;
    }

    private async Task<Figures> FiguresAsync(MintChild server, Child client, string kind)
    {
        await RunAsync(client, kind, WarmUp);
        var before = await MarkAsync(server);
        var done = await RunAsync(client, kind, Measured);
        var after = await MarkAsync(server);
        var busy = after[0] - before[0];
        var curve = Enumerable.Range(0, MintSamples.Steps.Length).Sum(step => after[1 + 2 * step] * after[2 + 2 * step]);
        return new Figures(Measured / done[0] * 1000, curve / busy, busy / done[0], done[1] / done[0]);
    }

    private static async Task<double[]> RunAsync(Child client, string kind, int count)
    {
        client.Tell($"{kind} {count}");
        return await client.HearAsync("done");
    }

    private static async Task<double[]> MarkAsync(MintChild server)
    {
        server.Process.Tell("mark");
        return await server.Process.HearAsync("mark");
    }

    private async Task<Peers> PeersAsync()
    {
        var swaps = await CurvePeer.RateAsync(Inputs, Outputs, settings.Window);
        var mints = await CurvePeer.RateAsync(0, Outputs, settings.Window);
        var seconds = Text((int)settings.Window.TotalSeconds);
        await using var node = Child.Program("node", NodePeer.CashuScript, Text(Inputs), Text(Outputs), seconds);
        var rates = await node.HearAsync("rates");
        return new Peers(new Bounds(swaps, rates[0]), new Bounds(mints, rates[1]));
    }

    private async Task MeasureStatesAsync()
    {
        int[] shapes = [1000, 1];
        var runs = shapes.ToDictionary(sockets => sockets, _ => new List<double[]>());
        for (var run = 1; run <= settings.Runs; run++)
        {
            foreach (var (sockets, latencies) in runs)
            {
                latencies.Add(await StatesAsync(sockets));
                var l = latencies[^1];
                Report.Note(string.Create(CultureInfo.InvariantCulture,
                    $"  cashu run {run}/{settings.Runs} 10,000 points, {sockets} sockets: "
                    + $"answer to frame p50 {l[0]:0.00}, p99 {l[1]:0.00} ms; request to frame p50 {l[2]:0.00}, p99 {l[3]:0.00} ms"));
            }
        }

        foreach (var (sockets, latencies) in runs)
        {
            string[] names = ["answered.p50", "answered.p99", "sent.p50", "sent.p99"];
            for (var i = 0; i < names.Length; i++)
                report.Add(Row.Alone($"cashu.frame.{sockets}.{names[i]}", Median.Of(latencies.Select(l => l[i])), "ms"));
        }
    }

    private async Task<double[]> StatesAsync(int sockets)
    {
        using var data = new BenchData();
        await using var server = await StartAsync(data, null);
        await using var client = await ConnectAsync(server, "states", sockets, Changes);
        client.Tell("start");
        return await client.HearAsync("latencies");
    }

    private static async Task<MintChild> StartAsync(BenchData data, string? database)
    {
        string[] arguments = ["serve", "mint", data.Path];
        if (database is not null)
        {
            var connection = Path.Combine(data.Path, "connection");
            await File.WriteAllTextAsync(connection, database);
            Seed.Create(Path.Combine(data.Path, "seed"));
            arguments = [.. arguments, connection];
        }

        var process = Child.Self(arguments);
        return new MintChild(process, (int)(await process.HearAsync("ready"))[0]);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record MintChild(Child Process, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }

    /// <summary>One run of one kind of request.</summary>
    /// <param name="Rate">Requests a second.</param>
    /// <param name="CurveShare">Σ (count × median time of a step on the curve) ÷ CPU time of the server.</param>
    /// <param name="ServerCores">Cores that the server took.</param>
    /// <param name="ClientCores">Cores that the client took.</param>
    private sealed record Figures(double Rate, double CurveShare, double ServerCores, double ClientCores)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Rate:#,0}/s (curve {100 * CurveShare:0} % of CPU; cores: server {ServerCores:0.00}, client {ClientCores:0.00})");
    }

    private sealed record Outcome(Figures Mints, Figures Swaps)
    {
        public override string ToString() => $"swaps {Swaps}, mints {Mints}";
    }

    private sealed record Peers(Bounds Swaps, Bounds Mints)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"the curve alone: {Swaps.Curve:#,0} swaps/s, {Mints.Curve:#,0} mints/s; cashu-ts: {Swaps.Node:#,0}, {Mints.Node:#,0}");
    }

    /// <summary>Requests a second without a mint around them: by libsecp256k1, and by cashu-ts.</summary>
    private sealed record Bounds(double Curve, double Node);
}
