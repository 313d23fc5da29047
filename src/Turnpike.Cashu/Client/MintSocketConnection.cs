using System.Net;
using System.Net.WebSockets;

namespace Turnpike.Cashu.Client;

/// <summary>One WebSocket of a mint, until it breaks for whatever reason.</summary>
internal sealed class MintSocketConnection : IDisposable
{
    private const int FirstBuffer = 4096;
    private readonly ClientWebSocket _socket;
    private readonly int _maxFrame;
    private byte[] _buffer = new byte[FirstBuffer];

    private MintSocketConnection(ClientWebSocket socket, int maxFrame) => (_socket, _maxFrame) = (socket, maxFrame);

    /// <summary>Why <see cref="ReceiveAsync"/> returned null.</summary>
    public string Ended { get; private set; } = "";

    /// <summary>Opens one. A failure that may pass is a value; a refusal that will not is an exception.</summary>
    /// <exception cref="CashuClientException">A 4xx other than 408 and 429, or no WebSocket endpoint at all.</exception>
    public static async Task<(MintSocketConnection? Socket, string? Failure)> OpenAsync(
        CashuClientOptions options, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = options.KeepAliveInterval;
        socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
        using var patience = new CancellationTokenSource(options.RequestTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await socket.ConnectAsync(Address(options.Mint), both.Token);
            socket.HttpResponseHeaders = null;
            return (new MintSocketConnection(socket, options.MaxAnswerBytes), null);
        }
        catch (WebSocketException error)
        {
            using var _ = socket;
            return (null, Refusal(socket, error));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            return (null, $"no answer to the handshake within {options.RequestTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a text frame.</summary>
    /// <returns>False if the connection is over.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(utf8, WebSocketMessageType.Text, true, cancellation);
            return true;
        }
        catch (WebSocketException error)
        {
            Ended = Text(error);
            return false;
        }
    }

    /// <summary>The next whole frame, valid until the next call; null when the connection is over.</summary>
    /// <exception cref="CashuClientException">The frame is too long, or the mint says that we break its rules.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellation);
            }
            catch (WebSocketException error)
            {
                Ended = Text(error);
                return null;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                Ended = "no answer to a ping";      // how a ClientWebSocket reports its keepalive's time-out
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close) return Closed();
            length += part.Count;
            if (part.EndOfMessage) return _buffer.AsMemory(0, length);
            if (length == _buffer.Length) Grow();
        }
    }

    /// <summary>Drops the connection: its reader has nothing to lose by it.</summary>
    public void Dispose() => _socket.Dispose();

    private static Uri Address(Uri mint)
    {
        var text = mint.AbsoluteUri;
        var address = new UriBuilder(new Uri(new Uri(text.EndsWith('/') ? text : text + "/"), "v1/ws"));
        address.Scheme = address.Scheme is "https" or "wss" ? "wss" : "ws";
        return address.Uri;
    }

    private static string Refusal(ClientWebSocket socket, WebSocketException error)
    {
        var status = (int)socket.HttpStatusCode;
        if (status == 0) return Text(error);
        if (status is >= 500 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests)
            return $"the mint answered {status}";
        throw new CashuClientException($"The mint refuses the socket with {status}", error);
    }

    private static string Text(WebSocketException error) =>
        error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;

    private ReadOnlyMemory<byte>? Closed()
    {
        var code = (int)(_socket.CloseStatus ?? 0);
        Ended = $"closed by the mint with {code} {_socket.CloseStatusDescription}".TrimEnd();
        return _socket.CloseStatus == WebSocketCloseStatus.PolicyViolation
            ? throw new CashuClientException($"The socket was {Ended}")
            : null;
    }

    private void Grow()
    {
        if (_buffer.Length >= _maxFrame) throw new CashuClientException($"The mint sent a frame of more than {_maxFrame} bytes");
        Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, _maxFrame));
    }
}
