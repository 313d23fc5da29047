using System.Buffers.Text;
using System.Text;

namespace Turnpike.Bench.Load;

/// <summary>Reads the answers to POSTs on one kept-alive connection, one at a time.</summary>
internal sealed class HttpAnswer(int socket)
{
    private static ReadOnlySpan<byte> Length => "Content-Length: "u8;
    private byte[] _buffer = new byte[4096];
    private int _held;

    public int Socket => socket;

    /// <summary>Takes what is there.</summary>
    /// <param name="wait">Waits for it; otherwise there may be nothing.</param>
    /// <returns>True if with it a 202 is complete.</returns>
    /// <exception cref="IOException">The answer is another one.</exception>
    public bool Read(bool wait)
    {
        if (_held == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = Posix.Receive(socket, _buffer.AsSpan(_held), wait ? 0 : Posix.MsgDontWait);
        if (count < 0) return false;
        if (count == 0) throw new IOException("The server closed a poster's connection.");
        _held += count;
        var answer = _buffer.AsSpan(0, _held);
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        var length = answer[..head].IndexOf(Length);
        if (length < 0 || !Utf8Parser.TryParse(answer[(length + Length.Length)..], out int body, out _)
            || !answer.StartsWith("HTTP/1.1 202"u8))
            throw new IOException($"A transaction was answered by: {Encoding.UTF8.GetString(answer)}");
        if (_held < head + 4 + body) return false;
        if (_held > head + 4 + body) throw new IOException("The server sent more than an answer.");
        _held = 0;
        return true;
    }
}
