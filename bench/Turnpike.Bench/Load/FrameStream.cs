namespace Turnpike.Bench.Load;

/// <summary>The text messages of one subscriber.</summary>
internal sealed class FrameStream(int socket)
{
    private byte[] _buffer = new byte[4096];
    private int _held;

    /// <summary>Takes a message, which is good until it returns.</summary>
    public delegate void Taker(ReadOnlySpan<byte> utf8);

    /// <summary>How many came.</summary>
    public int Messages { get; private set; }

    /// <summary>Reads what is there.</summary>
    /// <param name="take">Takes each message.</param>
    /// <returns>False if the server closed.</returns>
    public bool Read(Taker? take = null)
    {
        if (_held == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = Posix.Receive(socket, _buffer.AsSpan(_held), Posix.MsgDontWait);
        if (count <= 0) return count < 0;
        _held += count;
        var at = 0;
        while (Frames.TryTake(_buffer.AsSpan(at, _held - at), out var opcode, out var payload, out var taken))
        {
            if (opcode == 8) return false;
            if (opcode == 1)        // pings may come in between
            {
                Messages++;
                take?.Invoke(payload);
            }
            at += taken;
        }
        _buffer.AsSpan(at, _held - at).CopyTo(_buffer);
        _held -= at;
        return true;
    }
}
