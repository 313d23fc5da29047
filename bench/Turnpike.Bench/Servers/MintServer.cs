using System.Globalization;
using Turnpike.Server;

namespace Turnpike.Bench.Servers;

/// <summary>The server as <c>turnpike serve</c> starts it, with a listener to its meters beside it.</summary>
/// <remarks>
/// Lines: <c>paid N</c> is answered <c>paid</c> when N payments of Lightning are credited; <c>mark</c> by <c>mark CPU_MS</c>, and for each
/// step on the curve (<see cref="MintSamples.Steps"/>) since the last mark how often it was done and its median in ms.
/// </remarks>
internal static class MintServer
{
    /// <param name="data">Its data folder.</param>
    /// <param name="connection">A file with PostgreSQL's connection string, beside which the seed lies; null for SQLite.</param>
    public static async Task RunAsync(string data, string? connection)
    {
        // Standard output is the harness's; the server's log goes with the bench's own words.
        var lines = Console.Out;
        Console.SetOut(Console.Error);
        Environment.CurrentDirectory = data;
        using var samples = new MintSamples();
        await using var server = await Server.TurnpikeServer.StartAsync(Settings(data, connection), CancellationToken.None);
        lines.WriteLine($"ready {new Uri(server.Main).Port}");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["paid", var count]:
                    await samples.PaidAsync(int.Parse(count, CultureInfo.InvariantCulture));
                    lines.WriteLine("paid");
                    break;
                case ["mark"]:
                    var busy = Environment.CpuUsage.TotalTime.TotalMilliseconds;
                    lines.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mark {busy:F1} {samples.Take()}"));
                    break;
                default:
                    throw new IOException($"Not understood: {line}");
            }
        }
        await server.StopAsync(CancellationToken.None);
    }

    // All come from one address, as fast as they can.
    private static Dictionary<string, string?> Settings(string data, string? connection)
    {
        var settings = new Dictionary<string, string?>
        {
            [$"{ServerOptions.Section}:Data"] = data,
            [$"{ServerOptions.Section}:Port"] = "0",
            [$"{ServerOptions.Section}:StreamPort"] = "0",
            [$"{ServerOptions.Section}:Log:Level"] = "Warning",
            ["Turnpike:Sockets:MaxSocketsPerAddress"] = "20000",
            ["Turnpike:Sockets:HandshakesPerSecond"] = "20000",
            ["Turnpike:Sockets:HandshakeBurst"] = "20000",
            ["Turnpike:Cashu:Limits:SocketsPerAddress"] = "20000",
        };
        if (connection is null) return settings;
        settings["Turnpike:Storage:Provider"] = "postgres";
        settings["Turnpike:Storage:ConnectionStringFile"] = connection;
        settings["Turnpike:SeedFile"] = Path.Combine(Path.GetDirectoryName(connection)!, "seed");
        return settings;
    }
}
