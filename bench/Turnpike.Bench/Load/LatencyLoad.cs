using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>
/// Subscribers of any stream of text messages; says for each message when the last of them had it. For slow streams whose messages
/// have no fixed size: all are parsed.
/// </summary>
/// <remarks>
/// Prints <c>last NUMBER MS</c>, numbers from 0 in the stream's order, MS on the machine's monotonic clock (the harness reads the same).
/// The end of input ends it.
/// </remarks>
internal sealed class LatencyLoad(int port, string path, int subscribers)
{
    private readonly FrameStream[] _streams = new FrameStream[subscribers];
    private readonly List<int> _arrived = [];       // of each message, how many subscribers have it

    public void Run()
    {
        var poll = Posix.CreatePoll();
        var sockets = Handshake.ConnectAll(port, _ => path, subscribers, signalR: false);
        for (var i = 0; i < subscribers; i++)
        {
            _streams[i] = new FrameStream(sockets[i]);
            Posix.Watch(poll, sockets[i], i);
        }
        var control = new Control(poll);
        Console.WriteLine("connected");

        var ids = new int[1024];
        var scratch = new byte[1024 * 16];
        while (true)
        {
            var ready = Posix.Wait(poll, ids, scratch, 1000);
            for (var i = 0; i < ready; i++)
            {
                if (ids[i] != Control.Id) Take(_streams[ids[i]]);
                else if (!control.Read(line => throw new IOException($"Not understood: {line}"))) return;
            }
        }
    }

    private void Take(FrameStream stream)
    {
        var before = stream.Messages;
        if (!stream.Read()) throw new IOException("The server closed a subscriber.");
        for (var number = before; number < stream.Messages; number++)
        {
            if (number == _arrived.Count) _arrived.Add(0);
            if (++_arrived[number] < subscribers) continue;
            var at = Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"last {number} {at:F3}"));
        }
    }
}
