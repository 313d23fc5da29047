using System.CommandLine;
using Turnpike.Soak;

// Long runs against a real server process; the test suite runs a few rounds of each.
var seed = new Option<ulong>("--seed") { Description = "Repeats a run (default 1)", DefaultValueFactory = _ => 1 };

var rounds = new Option<int>("--rounds") { Description = "How often the server is killed (default 3)", DefaultValueFactory = _ => 3 };
var planetmint = new Command("planetmint", "Kills a node while 8 post and 50 listen: nothing lost, doubled or out of order.")
{
    rounds, seed,
};
planetmint.SetAction(async (parsed, cancellation) =>
{
    var figures = await new PlanetmintSoak(parsed.GetValue(seed), Console.Out).RunAsync(parsed.GetValue(rounds), cancellation);
    Console.WriteLine(figures);
    return figures.IsClean ? 0 : 1;
});

var inputs = new Option<int>("--count") { Description = "How many inputs (default 5000)", DefaultValueFactory = _ => 5000 };
var input = new Command("planetmint-input", "Sends spoiled bodies, queries, handshakes and frames: no 5xx, no silence, no crash.")
{
    inputs, seed,
};
input.SetAction(async (parsed, cancellation) =>
{
    var figures = await new InputSoak(parsed.GetValue(seed), Console.Out).RunAsync(parsed.GetValue(inputs), cancellation);
    Console.WriteLine(figures);
    return figures.Faults.Count == 0 ? 0 : 1;
});

var spoiled = new Option<int>("--rounds", "--count") { Description = "How many inputs (default 5000)", DefaultValueFactory = _ => 5000 };
var cashuInput = new Command(
    "cashu-input", "Sends spoiled bodies, paths, messages and frames to a mint: no 5xx, no silence, and the books balance.")
{
    spoiled, seed,
};
cashuInput.SetAction(async (parsed, cancellation) =>
{
    var figures = await new CashuInputSoak(parsed.GetValue(seed), Console.Out).RunAsync(parsed.GetValue(spoiled), cancellation);
    Console.WriteLine(figures);
    return figures.Faults.Count == 0 ? 0 : 1;
});

var count = new Option<int>("--count") { Description = "How many sockets (default 10000)", DefaultValueFactory = _ => 10_000 };
var sockets = new Command("sockets", "Holds many sockets on one server at once and delivers to all of them.") { count, seed };
sockets.SetAction(async (parsed, cancellation) =>
{
    var figures = await new SocketsSoak(parsed.GetValue(seed), Console.Out).RunAsync(parsed.GetValue(count), cancellation);
    Console.WriteLine(figures);
    return figures.IsClean ? 0 : 1;
});

var clusterRounds = new Option<int>("--rounds")
{
    Description = "How many: kill, crash, pause and again (default 3)",
    DefaultValueFactory = _ => 3,
};
var blow = new Option<Blow?>("--blow") { Description = "Only this one, each round: kill, crash or pause" };
var cluster = new Command("cluster",
    "Two nodes on a private PostgreSQL: a node is killed or hangs, the database crashes; nothing lost or doubled.")
{
    clusterRounds, blow, seed,
};
cluster.SetAction(async (parsed, cancellation) =>
{
    var soak = new ClusterSoak(parsed.GetValue(seed), Console.Out);
    var figures = parsed.GetValue(blow) is { } only
        ? await soak.RunAsync([.. Enumerable.Repeat(only, parsed.GetValue(clusterRounds))], cancellation)
        : await soak.RunAsync(parsed.GetValue(clusterRounds), cancellation);
    Console.WriteLine(figures);
    return figures.IsClean ? 0 : 1;
});

var isCluster = new Option<bool>("--cluster") { Description = "Two servers over a private PostgreSQL, one of which takes over" };
var cashu = new Command("cashu", "Kills a mint while wallets mint, swap and melt: no coin lost, no invoice paid twice, the books balance.")
{
    rounds, isCluster, seed,
};
cashu.SetAction(async (parsed, cancellation) =>
{
    var figures = await new CashuSoak(parsed.GetValue(seed), Console.Out)
        .RunAsync(parsed.GetValue(rounds), parsed.GetValue(isCluster), cancellation);
    Console.WriteLine(figures);
    return figures.IsClean ? 0 : 1;
});

var soak = new RootCommand("Long runs against a real server process.") { planetmint, input, sockets, cluster, cashu, cashuInput };
return await soak.Parse(args).InvokeAsync();
