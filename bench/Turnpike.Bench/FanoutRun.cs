using System.Globalization;
using Turnpike.Bench.Harness;

namespace Turnpike.Bench;

/// <summary>What one run of one server under one fan-out gave.</summary>
/// <param name="Rate">Deliveries a second within the window, as the client counted them.</param>
/// <param name="LoadBytes">The highest resident memory seen in the window, less the empty server's.</param>
/// <param name="ClientCores">Cores that the load client took: near 1, it was the bound.</param>
/// <param name="ServerCores">Cores that the server took.</param>
internal sealed record FanoutRun(double Rate, double LoadBytes, double ClientCores, double ServerCores)
{
    private const int Parsed = 10;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts the server and the client, measures, and lets the client check that every event came to everyone, once.</summary>
    public static async Task<FanoutRun> MeasureAsync(Contestant contestant, int subscribers, int block, Settings settings)
    {
        await using var server = contestant.Start(block);
        var port = (await server.HearAsync("ready"))[0];
        await Settings.WaitAsync(Settings.Rest);
        var empty = server.ResidentBytes();
        await using var client = Child.Self("load", "fanout", Text(port), Text(subscribers), Text(Parsed), contestant.Format);
        await client.HearAsync("connected");

        server.Tell("start " + Text(block));
        await Settings.WaitAsync(settings.WarmUp);
        var cpu = server.ProcessorTime();
        var before = await MarkAsync(client);
        var peak = 0L;
        for (var left = settings.Window; left > TimeSpan.Zero; left -= SampleEvery)
        {
            await Settings.WaitAsync(SampleEvery);
            peak = Math.Max(peak, server.ResidentBytes());
        }
        var after = await MarkAsync(client);
        var serverCores = (server.ProcessorTime() - cpu).TotalSeconds;

        server.Tell("stop");
        client.Tell("expect " + Text((await server.HearAsync("published"))[0]));
        await client.HearAsync("complete");

        var seconds = (after.Milliseconds - before.Milliseconds) / 1000;
        // SignalR's frames hold several events, so the size of one is taken from the streams that were parsed.
        var size = contestant.Format == "raw" ? 4 + FanoutEvent.Length
            : (after.ParsedBytes - before.ParsedBytes) / (after.ParsedEvents - before.ParsedEvents);
        return new FanoutRun((after.Bytes - before.Bytes) / size / seconds, peak - empty,
            (after.Cpu - before.Cpu) / 1000 / seconds, serverCores / seconds);
    }

    private sealed record Mark(double Milliseconds, double Bytes, double ParsedBytes, double ParsedEvents, double Cpu);

    private static async Task<Mark> MarkAsync(Child client)
    {
        client.Tell("mark");
        return await client.HearAsync("mark") is [var at, var bytes, var parsedBytes, var parsedEvents, var cpu]
            ? new(at, bytes, parsedBytes, parsedEvents, cpu)
            : throw new IOException("The load client's mark has other fields.");
    }

    private static string Text(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
