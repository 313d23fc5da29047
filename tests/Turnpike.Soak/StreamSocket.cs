using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Soak;

/// <summary>A frame that the server sent.</summary>
/// <param name="Opcode">1 text, 2 binary, 8 close, 9 ping, 10 pong.</param>
/// <param name="Payload">Valid until the next read.</param>
public readonly record struct Frame(int Opcode, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The code of a close frame, or 1005.</summary>
    public int CloseCode => Payload.Length >= 2 ? (Payload.Span[0] << 8) | Payload.Span[1] : 1005;
}

/// <summary>
/// A WebSocket on a bare socket, for what a well-behaved client cannot do: not reading, leaving by RST, sending
/// broken frames. It also costs little enough to hold 10,000 of them.
/// </summary>
public sealed class StreamSocket : IDisposable
{
    private readonly Socket _socket;
    private byte[] _buffer;
    private int _start;
    private int _end;

    private StreamSocket(Socket socket, int buffer) => (_socket, _buffer) = (socket, new byte[buffer]);

    /// <summary>Opens a TCP connection, no handshake yet.</summary>
    /// <param name="server">The stream's listener.</param>
    /// <param name="receiveBuffer">The socket's receive buffer in bytes; 0 leaves the system's.</param>
    /// <param name="buffer">Our own buffer to begin with, in bytes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<StreamSocket> ConnectAsync(IPEndPoint server, int receiveBuffer, int buffer, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) socket.ReceiveBufferSize = receiveBuffer;
        try
        {
            await socket.ConnectAsync(server, cancellation);
            return new StreamSocket(socket, buffer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection and makes the handshake.</summary>
    /// <exception cref="IOException">The answer is not 101; the message is its head.</exception>
    public static async Task<StreamSocket> OpenAsync(
        IPEndPoint server, string target, CancellationToken cancellation, int receiveBuffer = 0, int buffer = 4096)
    {
        var stream = await ConnectAsync(server, receiveBuffer, buffer, cancellation);
        try
        {
            await stream.SendAsync(Handshake(server, target), cancellation);
            var head = await stream.ReadHeadAsync(cancellation);
            if (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal))
                throw new IOException(head.Length > 0 ? head : "closed instead of an answer");
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of a handshake request.</summary>
    public static byte[] Handshake(IPEndPoint server, string target) => Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}\r\n\r\n");

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
    }

    /// <summary>The head of an HTTP answer up to the empty line; "" if the connection ends before.</summary>
    public async Task<string> ReadHeadAsync(CancellationToken cancellation)
    {
        for (; ; )
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 4;
                return head;
            }
            if (!await FillAsync(cancellation)) return "";
        }
    }

    /// <summary>The next frame; null when the server closed its side.</summary>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellation)
    {
        for (; ; )
        {
            if (TryTake(out var frame)) return frame;
            if (!await FillAsync(cancellation)) return null;
        }
    }

    /// <summary>Reads and drops until the server closes its side.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        do _start = _end;
        while (await FillAsync(cancellation));
    }

    /// <summary>No more from us; the server shall notice and end.</summary>
    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Leaves by RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private bool TryTake(out Frame frame)
    {
        frame = default;
        var have = _buffer.AsSpan(_start, _end - _start);
        if (have.Length < 2) return false;
        var (header, length) = have[1] switch
        {
            126 => (4, have.Length < 4 ? -1 : (have[2] << 8) | have[3]),
            127 => (10, have.Length < 10 ? -1 : checked((int)System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(have[2..]))),
            var small => (2, small),
        };
        if (length < 0 || have.Length < header + length) return false;
        frame = new Frame(have[0] & 0x0F, _buffer.AsMemory(_start + header, length));
        _start += header + length;
        return true;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start == _end) _start = _end = 0;
        if (_end == _buffer.Length)
        {
            if (_start == 0) Array.Resize(ref _buffer, _buffer.Length * 2);
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation);
        _end += count;
        return count > 0;
    }
}
