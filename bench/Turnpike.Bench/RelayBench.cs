using System.Globalization;
using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>Messages of 100 bytes through the server to a partner and back, one under way in each of 100 pairs; arrivals count.</summary>
internal sealed class RelayBench(Settings settings, Report report)
{
    private const int Pairs = 100;

    public async Task RunAsync()
    {
        (string Name, Func<Child> Start)[] servers =
            [("Turnpike", () => Child.Self("serve", "relay")), ("node ws", () => Child.Program("node", NodePeer.Script, "relay"))];
        var rates = servers.Select(_ => new List<double>()).ToArray();
        for (var run = 1; run <= settings.Runs; run++)
        {
            for (var i = 0; i < servers.Length; i++)
            {
                await using var server = servers[i].Start();
                rates[i].Add(await MeasureAsync(server));
                Report.Note($"  relay run {run}/{settings.Runs} {servers[i].Name}: {rates[i][^1]:#,0} messages/s");
            }
        }
        report.Add(Row.Against($"relay.{Pairs}pairs", Median.Of(rates[0]), "messages/s", servers[1].Name, Median.Of(rates[1]), ">= 0.9"));
    }

    private async Task<double> MeasureAsync(Child server)
    {
        var port = (await server.HearAsync("ready"))[0].ToString("0", CultureInfo.InvariantCulture);
        await using var client = Child.Self("load", "relay", port, Pairs.ToString(CultureInfo.InvariantCulture));
        await client.HearAsync("connected");
        client.Tell("start");
        await Settings.WaitAsync(settings.WarmUp);
        client.Tell("mark");
        var before = await client.HearAsync("mark");
        await Settings.WaitAsync(settings.Window);
        client.Tell("mark");
        var after = await client.HearAsync("mark");
        return (after[1] - before[1]) / (after[0] - before[0]) * 1000;
    }
}
