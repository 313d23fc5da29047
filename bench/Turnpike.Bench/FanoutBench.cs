using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>Deliveries a second against three peers, and memory under load; the same runs serve both.</summary>
internal sealed class FanoutBench(Settings settings, Report report)
{
    private const int Large = 10_000, Block = 50;
    private static readonly (int Subscribers, int Block, string Target)[] Configurations =
        [(1_000, 1, ">= 3"), (1_000, Block, ">= 1"), (Large, 1, ">= 1"), (Large, Block, ">= 5")];
    private static readonly Contestant[] Peers = [Contestant.SendAsync, Contestant.SignalR, Contestant.Node];
    private readonly Dictionary<string, List<FanoutRun>> _heaviest = [];

    public async Task RunAsync()
    {
        foreach (var (subscribers, block, target) in Configurations)
        {
            var runs = await MeasureAsync([Contestant.Turnpike, .. Peers], subscribers, block);
            if ((subscribers, block) == (Large, Block)) foreach (var (name, list) in runs) _heaviest[name] = list;
            var ours = Rate(runs[Contestant.Turnpike.Name]);
            foreach (var peer in Peers)
                report.Add(Row.Against($"fanout.{subscribers}x{block}", ours, "deliveries/s", peer.Name, Rate(runs[peer.Name]), target));
        }
    }

    /// <summary>Resident memory over the empty server while 10,000 subscribers are given blocks of 50.</summary>
    public async Task RunMemoryAsync()
    {
        Contestant[] two = [Contestant.Turnpike, Contestant.Node];
        var runs = two.All(c => _heaviest.ContainsKey(c.Name)) ? _heaviest : await MeasureAsync(two, Large, Block);
        var (ours, peers) = (Megabytes(runs[two[0].Name]), Megabytes(runs[two[1].Name]));
        report.Add(Row.Against($"memory.load.{Large}x{Block}", ours, "MB", two[1].Name, peers, "<= 0.5"));
    }

    private async Task<Dictionary<string, List<FanoutRun>>> MeasureAsync(Contestant[] contestants, int subscribers, int block)
    {
        var runs = contestants.ToDictionary(c => c.Name, _ => new List<FanoutRun>());
        for (var run = 1; run <= settings.Runs; run++)
        {
            foreach (var contestant in contestants)
            {
                var result = await FanoutRun.MeasureAsync(contestant, subscribers, block, settings);
                runs[contestant.Name].Add(result);
                Report.Note($"  {subscribers}x{block} run {run}/{settings.Runs} {contestant.Name}: {result.Rate:#,0} deliveries/s, "
                    + $"{result.LoadBytes / 1e6:0} MB, cores: server {result.ServerCores:0.00}, client {result.ClientCores:0.00}");
            }
        }
        return runs;
    }

    private static double Rate(List<FanoutRun> runs) => Median.Of(runs.Select(r => r.Rate));

    private static double Megabytes(List<FanoutRun> runs) => Median.Of(runs.Select(r => r.LoadBytes / 1e6));
}
