using System.Globalization;
using System.Net;
using System.Net.WebSockets;

namespace Turnpike.Planetmint.Client;

/// <summary>How opening a stream ended: a connection, or why not and how long the server wants us away.</summary>
internal readonly record struct StreamOpening(StreamConnection? Connection, string? Failure, TimeSpan? RetryAfter);

/// <summary>One WebSocket of a stream, until it breaks for whatever reason.</summary>
internal sealed class StreamConnection : IDisposable
{
    private const int FirstBuffer = 4096;
    private readonly ClientWebSocket _socket;
    private readonly int _maxMessage;
    private byte[] _buffer = new byte[FirstBuffer];

    private StreamConnection(ClientWebSocket socket, int maxMessage) => (_socket, _maxMessage) = (socket, maxMessage);

    /// <summary>Why <see cref="ReceiveAsync"/> returned null.</summary>
    public string Ended { get; private set; } = "";

    /// <summary>Opens one. A failure that may pass is a value; a refusal that will not is an exception.</summary>
    /// <exception cref="PlanetmintClientException">A 4xx other than 408 and 429, or no WebSocket endpoint at all.</exception>
    public static async Task<StreamOpening> OpenAsync(
        Uri address, PlanetmintClientOptions options, Func<Uri, Task<string?>> askWhy, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = options.KeepAliveInterval;
        socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
        using var patience = new CancellationTokenSource(options.RequestTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await socket.ConnectAsync(address, both.Token);
            socket.HttpResponseHeaders = null;
            return new(new StreamConnection(socket, options.MaxMessageBytes), null, null);
        }
        catch (WebSocketException error)
        {
            using var _ = socket;
            return await RefusalAsync(socket, address, error, options.Clock, askWhy);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            return new(null, $"no answer to the handshake within {options.RequestTimeout.TotalSeconds:0.#} s", null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next whole message, valid until the next call; null when the connection is over.</summary>
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
                Ended = error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;
                return null;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                Ended = "no answer to a ping";      // How a ClientWebSocket reports its keepalive's time-out.
                return null;
            }
            if (part.MessageType == WebSocketMessageType.Close) return Closed();
            length += part.Count;
            if (part.EndOfMessage) return _buffer.AsMemory(0, length);
            if (length == _buffer.Length) Grow();
        }
    }

    /// <summary>Drops the connection. A stream's reader has nothing to lose by it, and nothing to wait for.</summary>
    public void Dispose() => _socket.Dispose();

    private static async Task<StreamOpening> RefusalAsync(
        ClientWebSocket socket, Uri address, WebSocketException error, TimeProvider clock, Func<Uri, Task<string?>> askWhy)
    {
        var status = (int)socket.HttpStatusCode;
        if (status == 0) return new(null, error.InnerException?.Message ?? error.Message, null);
        if (status is >= 500 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests)
            return new(null, $"the node answered {status}", RetryAfter(socket.HttpResponseHeaders, clock));
        var text = status is >= 400 ? await askWhy(address) : "it is no event stream";
        throw new PlanetmintClientException($"The node refused the stream with {status}: {text ?? "no reason given"}", status, error);
    }

    private static TimeSpan? RetryAfter(IReadOnlyDictionary<string, IEnumerable<string>>? headers, TimeProvider clock)
    {
        if (headers is null || !headers.TryGetValue("Retry-After", out var values)) return null;
        var text = values.FirstOrDefault();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at) ? at - clock.GetUtcNow() : null;
    }

    private ReadOnlyMemory<byte>? Closed()
    {
        var code = (int)(_socket.CloseStatus ?? 0);
        Ended = $"closed by the node with {code} {_socket.CloseStatusDescription}".TrimEnd();
        return _socket.CloseStatus == WebSocketCloseStatus.PolicyViolation
            ? throw new PlanetmintClientException($"The stream was {Ended}")
            : null;
    }

    private void Grow()
    {
        if (_buffer.Length >= _maxMessage)
            throw new PlanetmintClientException($"The node sent an event of more than {_maxMessage} bytes");
        Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, _maxMessage));
    }
}
