using System.Globalization;
using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>What a socket costs that says and hears nothing, among 10,000: resident memory over the empty server's.</summary>
internal sealed class IdleBench(Settings settings, Report report)
{
    private const int Sockets = 10_000;

    public async Task RunAsync()
    {
        Contestant[] contestants = [Contestant.Turnpike, Contestant.Node];
        var runs = contestants.Select(_ => new List<double>()).ToArray();
        for (var run = 1; run <= settings.Runs; run++)
        {
            for (var i = 0; i < contestants.Length; i++)
            {
                runs[i].Add(await MeasureAsync(contestants[i]));
                Report.Note($"  idle run {run}/{settings.Runs} {contestants[i].Name}: {runs[i][^1]:0.00} kB a socket");
            }
        }
        report.Add(Row.Against($"memory.idle.{Sockets}", Median.Of(runs[0]), "kB/socket", contestants[1].Name, Median.Of(runs[1]), "<= 2"));
    }

    private static async Task<double> MeasureAsync(Contestant contestant)
    {
        await using var server = contestant.Start(1);
        var port = (await server.HearAsync("ready"))[0];
        await Settings.WaitAsync(Settings.Rest);
        var empty = server.ResidentBytes();
        await using var client = Child.Self("load", "fanout", port.ToString("0", CultureInfo.InvariantCulture),
            Sockets.ToString(CultureInfo.InvariantCulture), "1", contestant.Format);
        await client.HearAsync("connected");
        await Settings.WaitAsync(Settings.Rest);
        return (server.ResidentBytes() - empty) / 1000.0 / Sockets;
    }
}
