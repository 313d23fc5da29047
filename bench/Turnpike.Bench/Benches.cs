using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>The command: which benches, how, and in which order. A missed target is a row, not a failure.</summary>
internal static class Benches
{
    private const string Usage = "bench [fanout|relay|memory|storage|planetmint|cluster|cashu|all] [--json] [--quick]";

    public static async Task<int> RunAsync(string[] args)
    {
        var names = args.Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToList();
        var unknown = args.Where(a => a.StartsWith("--", StringComparison.Ordinal)).Except(["--json", "--quick"]).ToList();
        if (names.Count == 0) names.Add("all");
        if (unknown.Count > 0 || names.Except(["fanout", "relay", "memory", "storage", "planetmint", "cluster", "cashu", "all"]).Any())
        {
            Report.Note("Usage: " + Usage);
            return 2;
        }

        var settings = new Settings(args.Contains("--json"), args.Contains("--quick"));
        var report = new Report(settings);
        bool Wanted(string name) => names.Contains(name) || names.Contains("all");
        Report.Note(Machine.Describe());
        Report.Note(settings.Quick
            ? "Quick: one run each; figures are not to be quoted."
            : $"Each figure: median of {settings.Runs} runs, in turns.");
        if (Wanted("fanout") || Wanted("relay") || Wanted("memory") || Wanted("cashu")) await NodePeer.InstallAsync();

        var fanout = new FanoutBench(settings, report);
        if (Wanted("fanout")) await fanout.RunAsync();
        if (Wanted("relay")) await new RelayBench(settings, report).RunAsync();
        if (Wanted("memory"))
        {
            await new IdleBench(settings, report).RunAsync();
            await fanout.RunMemoryAsync();
        }
        if (Wanted("storage")) await new StorageBench(settings, report).RunAsync();
        if (Wanted("planetmint")) await new PlanetmintBench(settings, report).RunAsync();
        if (Wanted("cluster")) await new ClusterBench(settings, report).RunAsync();
        if (Wanted("cashu")) await new CashuBench(settings, report).RunAsync();
        return 0;
    }
}
