using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Bench.Load;

/// <summary>
/// Pairs that play ping-pong through the server: one message of 100 bytes is under way in each pair; each that arrives is checked
/// (size, frame, number, content) and counted.
/// </summary>
/// <remarks>Lines from the harness: <c>start</c>, <c>mark</c>; the end of input ends it.</remarks>
internal sealed class RelayLoad(int port, int pairs)
{
    private const int Length = 100, Digits = 10;
    private static readonly byte[] Template =
        Frames.Masked(System.Text.Encoding.ASCII.GetBytes(new string('0', Digits) + new string('b', Length - Digits)));
    private readonly byte[] _frame = (byte[])Template.Clone();
    private readonly long[] _sent = new long[pairs];      // the number under way in each pair
    private int[] _sockets = [];
    private long _messages;

    public void Run()
    {
        var poll = Posix.CreatePoll();
        // Sockets 2i and 2i + 1 are a pair; the server joins who asks for the same path.
        _sockets = Handshake.ConnectAll(port, i => $"/pair/{i / 2}", pairs * 2, signalR: false);
        for (var i = 0; i < _sockets.Length; i++) Posix.Watch(poll, _sockets[i], i);
        var control = new Control(poll);
        Console.WriteLine("connected");

        var ids = new int[256];
        var scratch = new byte[256 * 16];
        var buffer = new byte[4096];
        while (true)
        {
            var ready = Posix.Wait(poll, ids, scratch, 1000);
            for (var i = 0; i < ready; i++)
            {
                if (ids[i] != Control.Id) Take(ids[i], buffer);
                else if (!control.Read(Obey)) return;
            }
        }
    }

    private void Obey(string line)
    {
        if (line == "start")
        {
            for (var pair = 0; pair < pairs; pair++) Send(2 * pair, 0);
            return;
        }
        var at = Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mark {at:F3} {_messages} {Environment.CpuUsage.TotalTime.TotalMilliseconds:F1}"));
    }

    private void Take(int id, byte[] buffer)
    {
        var held = 0;
        int taken;
        ReadOnlySpan<byte> payload;
        int opcode;
        do
        {
            // A frame in two pieces is rare; the second is on its way.
            var count = Posix.Receive(_sockets[id], buffer.AsSpan(held), held == 0 ? Posix.MsgDontWait : 0);
            if (count < 0) return;
            if (count == 0) throw new IOException($"The server closed socket {id}.");
            held += count;
        }
        while (!Frames.TryTake(buffer.AsSpan(0, held), out opcode, out payload, out taken));
        if (opcode != 1 || taken != held || payload.Length != Length || payload[Digits..].ContainsAnyExcept((byte)'b')
            || !Utf8Parser.TryParse(payload[..Digits], out long number, out var used) || used != Digits || number != _sent[id / 2])
            throw new IOException($"Socket {id} got something else than message {_sent[id / 2]}.");
        _messages++;
        Send(id, number + 1);
    }

    private void Send(int id, long number)
    {
        _sent[id / 2] = number;
        var digits = _frame.AsSpan(6, Digits);
        Utf8Formatter.TryFormat(number, digits, out _, new System.Buffers.StandardFormat('D', Digits));
        for (var i = 0; i < Digits; i++) digits[i] ^= Frames.MaskKey[i & 3];
        Posix.SendAll(_sockets[id], _frame);
    }
}
