using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>
/// 32 connections that mint and swap, each with one request under way. All bodies are made before the first is sent: quotes are paid, and
/// proofs minted through the server.
/// </summary>
/// <remarks>
/// Says <c>quoted N</c> and waits for the line <c>paid</c>; says <c>ready</c>; then <c>mints N</c> and <c>swaps N</c> send the next N, each
/// answered by <c>done MS CPU_MS</c>. The end of input ends it.
/// </remarks>
internal sealed class MintLoad(int port, int mints, int swaps)
{
    private const int Connections = 32;

    public async Task RunAsync()
    {
        var posters = new Posters(port, Connections);
        var ecash = await Ecash.OpenAsync(port, posters);
        var large = ecash.LargeQuotes(4 * swaps);
        var small = ecash.Quotes(mints, Ecash.Eight * 4);
        Say($"quoted {large.Length + small.Length}");
        if (Console.ReadLine() != "paid") return;
        var proofs = ecash.ProofsOfEight(large, 4 * swaps);
        var requests = new Dictionary<string, Queue<byte[]>> { ["mints"] = new(ecash.Mints(small)), ["swaps"] = new(ecash.Swaps(proofs)) };
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            var waiting = requests[parts[0]];
            byte[][] next = [.. Enumerable.Range(0, int.Parse(parts[1], CultureInfo.InvariantCulture)).Select(_ => waiting.Dequeue())];
            var (began, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            posters.Run(next, static (_, body) => Ecash.RequireSix(body));
            var time = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            Say($"done {time:F3} {(Environment.CpuUsage.TotalTime - busy).TotalMilliseconds:F1}");
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
