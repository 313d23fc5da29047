namespace Turnpike.Bench.Servers;

/// <summary>Publishes blocks from <c>start SIZE</c> to <c>stop</c>, as fast as the server takes them, at most 64 events ahead.</summary>
internal static class Publisher
{
    public const int Window = 64;

    /// <summary>Serves the harness's lines until the end of input.</summary>
    public static async Task RunAsync(int port, IFanout? fanout)
    {
        Console.WriteLine($"ready {port}");
        using var stop = new SemaphoreSlim(0);
        Task<long>? publishing = null;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["start", var size] when fanout is not null && publishing is null:
                    var block = int.Parse(size, System.Globalization.CultureInfo.InvariantCulture);
                    publishing = Task.Run(() => PublishAsync(fanout, block, stop));
                    break;
                case ["stop"] when publishing is not null:
                    stop.Release();
                    Console.WriteLine($"published {await publishing}");
                    publishing = null;
                    break;
                default:
                    throw new IOException($"Not understood: {line}");
            }
        }
    }

    private static async Task<long> PublishAsync(IFanout fanout, int size, SemaphoreSlim stop)
    {
        var block = new long[size];
        long published = 0;
        while (!stop.Wait(0))
        {
            for (var i = 0; i < size; i++) block[i] = published++;
            await fanout.HandedOverAsync(Window - size);
            await fanout.PublishAsync(block);
        }
        await fanout.HandedOverAsync(0);
        return published;
    }
}
