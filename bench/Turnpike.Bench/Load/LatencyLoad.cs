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
    private readonly Stream[] _streams = new Stream[subscribers];
    private readonly List<int> _arrived = [];       // of each message, how many subscribers have it

    public void Run()
    {
        var poll = Posix.CreatePoll();
        var sockets = Handshake.ConnectAll(port, _ => path, subscribers, signalR: false);
        for (var i = 0; i < subscribers; i++)
        {
            _streams[i] = new Stream(sockets[i]);
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

    private void Take(Stream stream)
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

    private sealed class Stream(int socket)
    {
        private byte[] _buffer = new byte[4096];
        private int _held;

        public int Messages { get; private set; }

        public bool Read()
        {
            if (_held == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            var count = Posix.Receive(socket, _buffer.AsSpan(_held), Posix.MsgDontWait);
            if (count <= 0) return count < 0;
            _held += count;
            var at = 0;
            while (Frames.TryTake(_buffer.AsSpan(at, _held - at), out var opcode, out _, out var taken))
            {
                if (opcode == 8) return false;
                if (opcode == 1) Messages++;        // pings may come in between
                at += taken;
            }
            _buffer.AsSpan(at, _held - at).CopyTo(_buffer);
            _held -= at;
            return true;
        }
    }
}
