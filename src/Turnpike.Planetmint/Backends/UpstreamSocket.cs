using System.Net.WebSockets;
using System.Text.Json;

namespace Turnpike.Planetmint.Backends;

/// <summary>The wake-up socket: what it says is dropped, that it speaks is the word.</summary>
internal static class UpstreamSocket
{
    // Answers and errors are far smaller; an event may be a whole block, of which only the first bytes are kept.
    private const int Kept = 4096;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    /// <summary>Connects, sends a hello if there is one, and calls <paramref name="onWord"/> when open and for each message.</summary>
    /// <returns>Completes when the upstream closes.</returns>
    /// <exception cref="UpstreamException">No connection; it broke, or was silent to pings; or the upstream sent a JSON-RPC error,
    /// after which CometBFT leaves the socket open and says nothing more.</exception>
    public static async Task ListenAsync(
        Uri uri, ReadOnlyMemory<byte> hello, Action onWord, TimeSpan timeout, TimeProvider clock, CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        try
        {
            await OpenAsync(socket, uri, hello, timeout, clock, cancellation);
            onWord();
            var message = new byte[Kept];
            while (await ReceiveAsync(socket, message, cancellation) is { } length)
            {
                if (ErrorIn(message.AsMemory(0, length)) is { } error)
                    throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream's socket {uri} sent an error: {error}");
                onWord();
            }
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException)
        {
            throw new UpstreamException(UpstreamFault.Unreachable, $"The upstream's socket {uri} failed: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested) // the socket's own keepalive gave up
        {
            throw new UpstreamException(UpstreamFault.TimedOut, $"The upstream's socket {uri} did not answer in time", e);
        }
    }

    private static async Task OpenAsync(
        ClientWebSocket socket, Uri uri, ReadOnlyMemory<byte> hello, TimeSpan timeout, TimeProvider clock, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        await socket.ConnectAsync(uri, either.Token);
        if (!hello.IsEmpty) await socket.SendAsync(hello, WebSocketMessageType.Text, endOfMessage: true, either.Token);
    }

    /// <summary>Reads one message to its end.</summary>
    /// <returns>How many bytes it had, 0 if more than <see cref="Kept"/>; null at a close.</returns>
    private static async Task<int?> ReceiveAsync(ClientWebSocket socket, byte[] message, CancellationToken cancellation)
    {
        var length = 0;
        var whole = true;
        while (true)
        {
            if (length == message.Length) (length, whole) = (0, false);
            var part = await socket.ReceiveAsync(message.AsMemory(length), cancellation);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
            if (part.EndOfMessage) return whole ? length : 0;
        }
    }

    private static string? ErrorIn(ReadOnlyMemory<byte> message)
    {
        if (message.Span.IndexOf("\"error\""u8) < 0) return null;
        try
        {
            return RpcError.In(JsonSlice.Parse(message))?.Sentence;
        }
        catch (JsonException)
        {
            return null; // foreign bytes are a word like any other
        }
    }
}
