using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A connection on which bytes are written and read: for requests that no client library makes.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly List<byte> _read = [];

    private RawConnection(Socket socket) => _socket = socket;

    public static async Task<RawConnection> OpenAsync(IPEndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server).WaitAsync(PlanetmintNode.Patience);
        return new RawConnection(socket);
    }

    public static Task<RawConnection> OpenAsync(Uri server) => OpenAsync(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));

    /// <summary>A whole POST of a transaction.</summary>
    public static string Post(string body) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST /api/v1/transactions HTTP/1.1\r\nHost: node\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, limit.Token)..];
    }

    /// <summary>Up to and with a text.</summary>
    public async Task<string> UntilAsync(string end)
    {
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        var wanted = Encoding.UTF8.GetBytes(end);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_read).IndexOf(wanted);
            if (at >= 0)
            {
                var text = Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_read)[..(at + wanted.Length)]);
                _read.RemoveRange(0, at + wanted.Length);
                return text;
            }
            var count = await _socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(count > 0, $"The connection ended; it had: {Encoding.UTF8.GetString([.. _read])}");
            _read.AddRange(buffer.AsSpan(0, count));
        }
    }

    /// <summary>The head of the next answer.</summary>
    public Task<string> HeadAsync() => UntilAsync("\r\n\r\n");

    /// <summary>An answer with a length.</summary>
    public async Task<(string Head, string Body)> AnswerAsync()
    {
        var head = await HeadAsync();
        var line = head.Split("\r\n").Single(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var length = int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
        using var limit = new CancellationTokenSource(PlanetmintNode.Patience);
        var buffer = new byte[16 * 1024];
        while (_read.Count < length)
        {
            var count = await _socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(count > 0, "The connection ended within an answer.");
            _read.AddRange(buffer.AsSpan(0, count));
        }
        var body = Encoding.UTF8.GetString([.. _read[..length]]);
        _read.RemoveRange(0, length);
        return (head, body);
    }

    /// <summary>Leaves by RST.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
