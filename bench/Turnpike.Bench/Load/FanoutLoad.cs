using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>
/// N subscribers on one thread. Some streams are parsed whole, the others are only counted in bytes, which the kernel drops
/// unread; events have one size, so bytes / size = deliveries, and at the end each socket must have had exactly its share.
/// </summary>
/// <remarks>Lines from the harness: <c>mark</c>, <c>expect EVENTS</c>; the end of input ends it.</remarks>
internal sealed class FanoutLoad(int port, int subscribers, int parsed, bool signalR)
{
    private const int FrameLength = 4 + FanoutEvent.Length;
    // A pass takes what gathered meanwhile: without the pause the client would take a core to fetch single events.
    private const int PauseMicroseconds = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly int[] _sockets = new int[subscribers];
    private readonly long[] _bytes = new long[subscribers];
    private readonly Reader[] _readers = new Reader[parsed];
    private long _total, _expected = -1, _quietSince, _quietTotal = -1;

    public void Run()
    {
        var poll = Posix.CreatePoll();
        Handshake.ConnectAll(port, _ => "/events", subscribers, signalR).CopyTo(_sockets, 0);
        for (var i = 0; i < subscribers; i++) Posix.Watch(poll, _sockets[i], i);
        for (var i = 0; i < parsed; i++) _readers[i] = new Reader(_sockets[i], signalR);
        var control = new Control(poll);
        Console.WriteLine("connected");

        var ids = new int[4096];
        var scratch = new byte[4096 * 16];
        while (true)
        {
            var ready = Posix.Wait(poll, ids, scratch, 100);
            var wantsControl = false;
            for (var i = 0; i < ready; i++)
            {
                if (ids[i] == Control.Id) wantsControl = true;
                else Take(ids[i]);
            }
            if (wantsControl && !control.Read(Obey)) return;
            ReportWhenComplete();
            if (ready < ids.Length) Posix.Pause(PauseMicroseconds);
        }
    }

    private void Take(int id)
    {
        // One call takes all that is there: what a socket's buffer holds is less than the limit.
        var count = id < parsed ? _readers[id].Read() : Posix.Discard(_sockets[id], 1 << 24);
        if (count == 0) throw new IOException($"The server closed subscriber {id}.");
        if (count < 0) return;
        _bytes[id] += count;
        _total += count;
    }

    private void Obey(string line)
    {
        if (line == "mark") Mark();
        else if (line.StartsWith("expect ", StringComparison.Ordinal)) _expected = long.Parse(line.AsSpan(7), CultureInfo.InvariantCulture);
        else throw new IOException($"Not understood: {line}");
    }

    /// <summary>Prints the moment in ms, the bytes of all and of the parsed, the events of the parsed, the client's CPU in ms.</summary>
    private void Mark()
    {
        long bytes = 0, events = 0;
        for (var i = 0; i < parsed; i++)
        {
            bytes += _bytes[i];
            events += _readers[i].Next;
        }
        var at = Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mark {at:F3} {_total} {bytes} {events} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F1}"));
    }

    private void ReportWhenComplete()
    {
        if (_expected < 0) return;
        RequireProgress();
        if (_total < Least(_expected) * subscribers || _readers.Any(reader => reader.Next < _expected)) return;
        for (var i = 0; i < subscribers; i++)
        {
            if (_bytes[i] < Least(_expected)) return;
            if (_bytes[i] > Most(_expected))
                throw new IOException($"Subscriber {i} got {_bytes[i]} bytes, at most {Most(_expected)} were due.");
        }
        foreach (var reader in _readers)
            if (reader.Next != _expected) throw new IOException($"{reader.Next} events came, {_expected} were published.");
        Console.WriteLine("complete");
        _expected = -1;
    }

    private void RequireProgress()
    {
        if (_total != _quietTotal) (_quietTotal, _quietSince) = (_total, Stopwatch.GetTimestamp());
        if (Stopwatch.GetElapsedTime(_quietSince) < Patience) return;
        var behind = _bytes.Count(bytes => bytes < Least(_expected));
        throw new IOException($"{behind} of {subscribers} subscribers lack events: nothing came for {Patience.TotalSeconds:0} s.");
    }

    private long Least(long events) => events * (signalR ? Reader.SignalRRecordLength : FrameLength);

    // SignalR puts as many records into a frame as are there: a header for each is the most.
    private long Most(long events) => events * (signalR ? Reader.SignalRRecordLength + 4 : FrameLength);
}
