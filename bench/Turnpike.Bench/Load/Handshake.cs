using System.Text;

namespace Turnpike.Bench.Load;

/// <summary>The client's side of a WebSocket handshake, by hand: no extension offered, so permessage-deflate is off everywhere.</summary>
internal static class Handshake
{
    private const int Batch = 100;              // handshakes under way at once
    private const int SocketsPerAddress = 5000; // each source address has some 28,000 ports

    // What SignalR wants before the first event, as a masked text frame, and its answer.
    private static readonly byte[] SignalRHello = Frames.Masked("{\"protocol\":\"json\",\"version\":1}\u001e"u8);
    private static ReadOnlySpan<byte> SignalRWelcome => [0x81, 3, (byte)'{', (byte)'}', 0x1e];

    public static int[] ConnectAll(int port, Func<int, string> path, int count, bool signalR)
    {
        if (Posix.RaiseFileLimit() < (ulong)count + 50)
            throw new IOException($"{count} sockets need a higher limit of open files: raise the hard limit (ulimit -Hn).");

        var sockets = new int[count];
        for (var first = 0; first < count; first += Batch)
        {
            var batch = sockets.AsSpan(first, Math.Min(Batch, count - first));
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = Posix.Connect(port, 1 + (first + i) / SocketsPerAddress);
                Posix.SendAll(batch[i], Request(path(first + i), port));
            }
            foreach (var socket in batch) ReadAnswer(socket);
            if (!signalR) continue;
            foreach (var socket in batch) Posix.SendAll(socket, SignalRHello);
            foreach (var socket in batch) ReadExactly(socket, SignalRWelcome);
        }
        return sockets;
    }

    private static byte[] Request(string path, int port) => Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

    /// <summary>Reads to the end of the head, byte by byte so that a frame after it stays in the socket.</summary>
    private static void ReadAnswer(int socket)
    {
        var head = new byte[4096];
        for (var length = 0; length < head.Length;)
        {
            if (Posix.Receive(socket, head.AsSpan(length, 1), 0) != 1) throw new IOException("The server closed during the handshake.");
            length++;
            if (!head.AsSpan(0, length).EndsWith("\r\n\r\n"u8)) continue;
            var text = Encoding.ASCII.GetString(head, 0, length);
            if (!text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)
                || !text.Contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", StringComparison.Ordinal)
                || text.Contains("Sec-WebSocket-Extensions", StringComparison.OrdinalIgnoreCase))
                throw new IOException($"The handshake was answered by: {text}");
            return;
        }
        throw new IOException("The handshake's answer has no end.");
    }

    private static void ReadExactly(int socket, ReadOnlySpan<byte> expected)
    {
        Span<byte> got = stackalloc byte[expected.Length];
        for (var length = 0; length < got.Length;)
        {
            var count = Posix.Receive(socket, got[length..], 0);
            if (count <= 0) throw new IOException("The server closed during SignalR's handshake.");
            length += count;
        }
        if (!got.SequenceEqual(expected)) throw new IOException($"SignalR's handshake was answered by {Convert.ToHexString(got)}.");
    }
}
