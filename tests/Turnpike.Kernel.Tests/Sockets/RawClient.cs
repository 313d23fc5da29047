using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>A frame as it came from the server.</summary>
internal sealed record Frame(byte First, byte[] Payload)
{
    public int Opcode => First & 0x0F;

    public string Text => Encoding.UTF8.GetString(Payload);

    public int CloseCode => Payload.Length < 2 ? CloseCodes.None : BinaryPrimitives.ReadUInt16BigEndian(Payload);

    public string CloseReason => Payload.Length < 2 ? "" : Encoding.UTF8.GetString(Payload.AsSpan(2));
}

/// <summary>A client that sends bytes, not messages, and checks each frame that it gets.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    public const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private readonly Stream _stream;

    private RawClient(Socket socket, Stream stream)
    {
        Socket = socket;
        _stream = stream;
    }

    public Socket Socket { get; }

    public static async Task<RawClient> ConnectAsync(int port, bool tls = false, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } bytes) socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (tls)
        {
            var secure = new SslStream(stream, false, (_, shown, _, _) => shown?.GetCertHashString() == TestHost.CertificateHash);
            await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" });
            stream = secure;
        }
        return new RawClient(socket, stream);
    }

    public static string Head(string path, params string[] more) =>
        $"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
        $"Sec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n{string.Concat(more.Select(line => line + "\r\n"))}\r\n";

    /// <summary>A client's frame; the mask is the given one.</summary>
    public static byte[] Masked(byte first, ReadOnlySpan<byte> payload, uint mask = 0x12345678)
    {
        var header = ServerFrame.HeaderLength(payload.Length);
        var frame = new byte[header + 4 + payload.Length];
        ServerFrame.WriteHeader(frame, first, payload.Length);
        frame[1] |= 0x80;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(header), mask);
        payload.CopyTo(frame.AsSpan(header + 4));
        Masking.Apply(frame.AsSpan(header + 4), mask);
        return frame;
    }

    public static byte[] Text(string text) => Masked(0x81, Encoding.UTF8.GetBytes(text));

    public static byte[] CloseFrame(int code, string reason = "") =>
        Masked(0x88, [(byte)(code >> 8), (byte)(code & 0xFF), .. Encoding.UTF8.GetBytes(reason)]);

    public async Task SendAsync(params byte[][] pieces)
    {
        foreach (var piece in pieces) await _stream.WriteAsync(piece);
    }

    public Task SendAsync(string ascii) => SendAsync(Encoding.ASCII.GetBytes(ascii));

    /// <summary>Makes the handshake and expects it to be accepted.</summary>
    public async Task<string> UpgradeAsync(string path, params string[] more)
    {
        await SendAsync(Head(path, more));
        var head = await ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 101 ", head);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head);
        return head;
    }

    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)(await ReadAsync(1))[0]);
        return head.ToString();
    }

    /// <summary>An HTTP answer with Content-Length.</summary>
    public async Task<(string Head, string Body)> ReadAnswerAsync()
    {
        var head = await ReadHeadAsync();
        var line = head.Split("\r\n").SingleOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (line is null) return (head, "");
        var body = await ReadAsync(int.Parse(line.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        return (head, Encoding.UTF8.GetString(body));
    }

    public async Task<Frame> ReadFrameAsync()
    {
        var start = await ReadAsync(2);
        Assert.Equal(0, start[1] & 0x80);
        var length = (start[1] & 0x7F) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2)),
            127 => (long)BinaryPrimitives.ReadUInt64BigEndian(await ReadAsync(8)),
            var small => small,
        };
        return new Frame(start[0], await ReadAsync((int)length));
    }

    /// <summary>The next frame that is neither ping nor pong.</summary>
    public async Task<Frame> ReadDataAsync()
    {
        while (true)
        {
            var frame = await ReadFrameAsync();
            if (frame.Opcode is not (9 or 10)) return frame;
        }
    }

    public async Task<byte[]> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return bytes;
    }

    /// <summary>Everything up to the end of the connection; a reset counts as one.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // The server cut us off.
        }
        return all.ToArray();
    }

    /// <summary>Leaves without a word, by a reset.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
