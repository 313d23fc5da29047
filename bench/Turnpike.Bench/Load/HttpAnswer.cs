using System.Buffers.Text;
using System.Text;

namespace Turnpike.Bench.Load;

/// <summary>Reads the answers to POSTs on one kept-alive connection, one at a time.</summary>
/// <param name="socket">The connection.</param>
/// <param name="status">What every request is to be answered with.</param>
internal sealed class HttpAnswer(int socket, int status)
{
    private static ReadOnlySpan<byte> Length => "Content-Length: "u8;
    private readonly byte[] _status = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}");
    private byte[] _buffer = new byte[4096];
    private int _held;
    private int _bodyAt;
    private int _bodyLength;

    public int Socket => socket;

    /// <summary>The body of the answer that <see cref="Read"/> completed, until the next call.</summary>
    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(_bodyAt, _bodyLength);

    /// <summary>Takes what is there.</summary>
    /// <param name="wait">Waits for it; otherwise there may be nothing.</param>
    /// <returns>True if with it an answer is complete.</returns>
    /// <exception cref="IOException">The answer has another status.</exception>
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
            || !answer.StartsWith(_status))
            throw new IOException($"A request was answered by: {Encoding.UTF8.GetString(answer)}");
        if (_held < head + 4 + body) return false;
        if (_held > head + 4 + body) throw new IOException("The server sent more than an answer.");
        _held = 0;
        (_bodyAt, _bodyLength) = (head + 4, body);
        return true;
    }
}
