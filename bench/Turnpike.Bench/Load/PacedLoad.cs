using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>One poster that posts a transaction every so often, each after the one before is committed.</summary>
/// <remarks>Prints <c>posted SENT COMMITTED</c> for each: when it was sent and when the 202 was read, in ms on the machine's monotonic
/// clock. Begins with the line <c>start</c>.</remarks>
internal sealed class PacedLoad(int port, int transactions, int everyMilliseconds)
{
    public void Run()
    {
        var requests = Transactions.Requests(0, transactions, signers: 1);
        var poster = new HttpAnswer(Posix.Connect(port, 1), 202);
        Console.WriteLine("connected");
        if (Console.ReadLine() != "start") return;
        var next = Now();
        foreach (var request in requests)
        {
            if (next - Now() is var early and > 0) Posix.Pause((int)(early * 1000));
            next += everyMilliseconds;
            var sent = Now();
            Posix.SendAll(poster.Socket, request);
            while (!poster.Read(wait: true)) { }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"posted {sent:F3} {Now():F3}"));
        }
    }

    private static double Now() => Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
}
