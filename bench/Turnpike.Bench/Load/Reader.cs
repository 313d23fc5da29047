namespace Turnpike.Bench.Load;

/// <summary>A subscriber whose stream is parsed whole: each event must be there, once, in order and unharmed.</summary>
/// <param name="socket">The connected socket.</param>
/// <param name="signalR">Events are wrapped in SignalR's JSON records, which end with 0x1e and do not keep to frames.</param>
internal sealed class Reader(int socket, bool signalR)
{
    private const byte RecordEnd = 0x1e;
    private byte[] _buffer = new byte[1 << 18];
    private int _held;
    private byte[] _record = new byte[4096];
    private int _recordLength;

    private static ReadOnlySpan<byte> Before => "{\"type\":1,\"target\":\"event\",\"arguments\":["u8;
    private static ReadOnlySpan<byte> After => "]}"u8;

    /// <summary>The number that the next event must have, and so how many came.</summary>
    public long Next { get; private set; }

    /// <summary>Size of one event in SignalR's form without frame headers.</summary>
    public static int SignalRRecordLength => Before.Length + FanoutEvent.Length + After.Length + 1;

    /// <summary>Reads what is there; returns its size, 0 when the server closed.</summary>
    public int Read()
    {
        if (_held == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = Posix.Receive(socket, _buffer.AsSpan(_held), Posix.MsgDontWait);
        if (count <= 0) return count < 0 ? -1 : 0;
        _held += count;
        Parse();
        return count;
    }

    private void Parse()
    {
        var at = 0;
        while (Frames.TryTake(_buffer.AsSpan(at, _held - at), out var opcode, out var payload, out var taken))
        {
            if (opcode > 2) throw new IOException($"A control frame {opcode:x} came, which would spoil the count of bytes.");
            if (signalR) Split(payload);
            else Take(payload);
            at += taken;
        }
        _buffer.AsSpan(at, _held - at).CopyTo(_buffer);
        _held -= at;
    }

    private void Split(ReadOnlySpan<byte> data)
    {
        while (data.IndexOf(RecordEnd) is var end and >= 0)
        {
            Append(data[..end]);
            var record = _record.AsSpan(0, _recordLength);
            if (!record.StartsWith(Before) || !record.EndsWith(After)) throw new IOException("A record is not an event: " + Show(record));
            Take(record[Before.Length..^After.Length]);
            _recordLength = 0;
            data = data[(end + 1)..];
        }
        Append(data);
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        if (_recordLength + part.Length > _record.Length) throw new IOException("A record of SignalR is larger than any event.");
        part.CopyTo(_record.AsSpan(_recordLength));
        _recordLength += part.Length;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var number = FanoutEvent.Read(text);
        if (number < 0) throw new IOException("Not an event: " + Show(text));
        if (number != Next) throw new IOException($"Event {number} came where {Next} was due.");
        Next++;
    }

    private static string Show(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 400)]);
}
