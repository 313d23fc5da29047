using System.Globalization;
using Turnpike.Bench.Harness;
using Turnpike.Cli;

namespace Turnpike.Bench;

/// <summary>
/// A real <c>turnpike serve</c> with its data on disk. Creates: 64 posters, each with one transaction under way, count their 202s, which
/// mean durable and in a block. Latency: from a 202 to the moment when the last of 1,000 subscribers has the event.
/// </summary>
internal sealed class PlanetmintBench(Settings settings, Report report)
{
    private const int Posters = 64;
    private const int MostPerSecond = 10_000;       // transactions are signed beforehand; more than the window can take
    // The runtime compiles a server's hot code anew for some ten seconds (0.6 ms of CPU a create then, 0.36 ms after): not what is asked.
    private static readonly TimeSpan HotAfter = TimeSpan.FromSeconds(12);
    private const int Subscribers = 1000;
    private const int PaceMilliseconds = 20;
    private const int Stream = 250;
    private const int WarmUpPosts = 150;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> AsShipped = [];

    private TimeSpan WarmUp => settings.Quick ? settings.WarmUp : HotAfter;

    public async Task RunAsync()
    {
        await MeasureCreatesAsync();
        await MeasureLatencyAsync();
    }

    private async Task MeasureCreatesAsync()
    {
        var rates = new List<double>();
        var verifications = new List<double>();
        for (var run = 1; run <= settings.Runs; run++)
        {
            rates.Add(await CreatesAsync(run));
            verifications.Add(await VerificationPeer.RateAsync(settings.Window));
            Report.Note($"  planetmint run {run}/{settings.Runs} ed25519 alone, on all cores: {verifications[^1]:#,0} verifications/s");
        }
        report.Add(Row.Against(
            "planetmint.creates", Median.Of(rates), "creates/s", "bare ed25519 verify", Median.Of(verifications), ">= 2000 creates/s"));
    }

    private async Task<double> CreatesAsync(int run)
    {
        using var data = new BenchData();
        await using var server = await StartAsync(data);
        var transactions = (int)((WarmUp + settings.Window).TotalSeconds * MostPerSecond);
        await using var client = Child.Self("load", "posts", Text(server.MainEndPoint.Port), Text(Posters), Text(transactions));
        await client.HearAsync("connected");
        client.Tell("start");
        await Settings.WaitAsync(WarmUp);
        client.Tell("mark");
        var before = await client.HearAsync("mark");
        var busyBefore = server.ProcessorTime;
        await Settings.WaitAsync(settings.Window);
        client.Tell("mark");
        var after = await client.HearAsync("mark");
        var seconds = (after[0] - before[0]) / 1000;
        var rate = (after[1] - before[1]) / seconds;
        Report.Note($"  planetmint run {run}/{settings.Runs} {rate:#,0} creates/s; cores: server "
            + $"{(server.ProcessorTime - busyBefore).TotalSeconds / seconds:0.00}, client {(after[2] - before[2]) / 1000 / seconds:0.00}");
        return rate;
    }

    private async Task MeasureLatencyAsync()
    {
        var committed = new List<double[]>();
        var sent = new List<double[]>();
        for (var run = 1; run <= settings.Runs; run++)
        {
            var (fromCommit, fromPost) = await LatencyAsync();
            committed.Add(fromCommit);
            sent.Add(fromPost);
            Report.Note($"  planetmint run {run}/{settings.Runs} 202 to the last of {Subscribers}: p50 {At(fromCommit, 0.5):0.0} ms, "
                + $"p99 {At(fromCommit, 0.99):0.0} ms; from the POST: p50 {At(fromPost, 0.5):0.0} ms, p99 {At(fromPost, 0.99):0.0} ms");
        }
        foreach (var (name, part, target) in new[] { ("p50", 0.5, (string?)null), ("p99", 0.99, "<= 50") })
        {
            report.Add(Row.Alone($"planetmint.latency.{name}", Median.Of(committed.Select(run => At(run, part))), "ms", target));
            report.Add(Row.Alone($"planetmint.posted.{name}", Median.Of(sent.Select(run => At(run, part))), "ms"));
        }
    }

    /// <returns>For each transaction after the warm-up, in ascending order: from its 202, and from its POST, until all have it.</returns>
    private async Task<(double[] FromCommit, double[] FromPost)> LatencyAsync()
    {
        using var data = new BenchData();
        await using var server = await StartAsync(data);
        await using var readers = Child.Self(
            "load", "latency", Text(server.StreamEndPoint.Port), "/api/v1/streams/valid_transactions", Text(Subscribers));
        await readers.HearAsync("connected");
        var count = WarmUpPosts + (settings.Quick ? Stream / 5 : Stream);
        await using var poster = Child.Self("load", "paced", Text(server.MainEndPoint.Port), Text(count), Text(PaceMilliseconds));
        await poster.HearAsync("connected");
        poster.Tell("start");
        var (fromCommit, fromPost) = (new List<double>(), new List<double>());
        for (var i = 0; i < count; i++)
        {
            var posted = await poster.HearAsync("posted");
            var last = await readers.HearAsync("last");
            if (last[0] != i) throw new IOException($"Event {last[0]} was delivered to all; {i} was due.");
            if (i < WarmUpPosts) continue;
            fromPost.Add(last[1] - posted[0]);
            fromCommit.Add(Math.Max(0, last[1] - posted[1]));       // the last subscriber may have it before the poster is answered
        }
        return ([.. fromCommit.Order()], [.. fromPost.Order()]);
    }

    private static async Task<ChildServer> StartAsync(BenchData data)
    {
        using var patience = new CancellationTokenSource(StartTime, TimeProvider.System);
        return await ChildServer.StartAsync(data.Path, 0, 0, AsShipped, patience.Token);
    }

    private static double At(double[] ascending, double part) => ascending[(int)Math.Ceiling(part * ascending.Length) - 1];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
