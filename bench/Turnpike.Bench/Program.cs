using System.Globalization;
using Turnpike.Bench;
using Turnpike.Bench.Harness;
using Turnpike.Bench.Load;
using Turnpike.Bench.Servers;

// The harness, and in processes of their own the load client (`load …`) and the servers under test (`serve …`).
try
{
    switch (args)
    {
        case ["load", "fanout", var port, var subscribers, var parsed, var format]:
            new FanoutLoad(Number(port), Number(subscribers), Number(parsed), format == "signalr").Run();
            return 0;
        case ["load", "relay", var port, var pairs]:
            new RelayLoad(Number(port), Number(pairs)).Run();
            return 0;
        case ["load", "latency", var port, var path, var subscribers]:
            new LatencyLoad(Number(port), path, Number(subscribers)).Run();
            return 0;
        case ["load", "posts", var port, var posters, var transactions]:
            new PostLoad(Number(port), Number(posters), Number(transactions)).Run();
            return 0;
        case ["load", "paced", var port, var transactions, var every]:
            new PacedLoad(Number(port), Number(transactions), Number(every)).Run();
            return 0;
        case ["load", "works", var node, var callers, var kind]:
            await new WorksLoad(Number(node), Number(callers), Enum.Parse<WorksKind>(kind)).RunAsync();
            return 0;
        case ["load", "mint", var port, var mints, var swaps]:
            await new MintLoad(Number(port), Number(mints), Number(swaps)).RunAsync();
            return 0;
        case ["load", "states", var port, var sockets, var changes]:
            await new StateLoad(Number(port), Number(sockets), Number(changes)).RunAsync();
            return 0;
        case ["serve", "mint", var data, .. var connection]:
            await MintServer.RunAsync(data, connection.SingleOrDefault());
            return 0;
        case ["serve", "fanout", var block]:
            await TurnpikeFanout.RunAsync(Number(block));
            return 0;
        case ["serve", "relay"]:
            await TurnpikeRelay.RunAsync();
            return 0;
        case ["serve", "sendasync"]:
            await SendAsyncServer.RunAsync();
            return 0;
        case ["serve", "signalr"]:
            await SignalRServer.RunAsync();
            return 0;
        default:
            return await Benches.RunAsync(args);
    }
}
catch (IOException broken)
{
    Report.Note("bench: " + broken.Message);
    return 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
