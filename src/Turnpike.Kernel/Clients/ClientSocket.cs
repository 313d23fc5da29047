using System.Globalization;
using System.Net;
using System.Net.WebSockets;

namespace Turnpike.Kernel.Clients;

/// <summary>One WebSocket of a client, until it breaks for whatever reason.</summary>
internal sealed class ClientSocket : IDisposable
{
    private const int FirstBuffer = 4096;
    private readonly ClientWebSocket _socket = new();
    private readonly Uri _address;
    private readonly ClientSocketOptions _options;
    private byte[] _buffer = new byte[FirstBuffer];

    private ClientSocket(Uri address, ClientSocketOptions options)
    {
        (_address, _options) = (address, options);
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = options.KeepAliveInterval;
        _socket.Options.KeepAliveTimeout = options.KeepAliveTimeout;
    }

    /// <summary>Why <see cref="ReceiveAsync"/> returned null, or how opening failed; null while it is open.</summary>
    public string? Ended { get; private set; }

    /// <summary>How long the server wants us away.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Opens one. A failure that may pass is told by <see cref="Ended"/>.</summary>
    /// <exception cref="Exception">
    /// The options' own, for a refusal that will not pass: a 4xx other than 408 and 429, or no WebSocket endpoint at all.
    /// </exception>
    public static async Task<ClientSocket> OpenAsync(Uri address, ClientSocketOptions options, CancellationToken cancellation)
    {
        var socket = new ClientSocket(address, options);
        try
        {
            await socket.ConnectAsync(cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a text message; if that fails the socket has ended.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(utf8, WebSocketMessageType.Text, true, cancellation);
        }
        catch (WebSocketException error)
        {
            Ended = Text(error);
        }
    }

    /// <summary>The next whole message, valid until the next call; null when the socket has ended.</summary>
    /// <exception cref="Exception">The options' own: the message is too long, or the server says that we break its rules.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (Ended is null)
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

            if (part.MessageType == WebSocketMessageType.Close) await CloseAsync();
            else if (part.EndOfMessage) return _buffer.AsMemory(0, length + part.Count);
            else if ((length += part.Count) == _buffer.Length) await GrowAsync();
        }

        return null;
    }

    /// <summary>Drops the connection: its reader has nothing to lose by it.</summary>
    public void Dispose() => _socket.Dispose();

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_options.HandshakeTimeout, _options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await _socket.ConnectAsync(_address, both.Token);
            _socket.HttpResponseHeaders = null;
        }
        catch (WebSocketException error)
        {
            var status = (int)_socket.HttpStatusCode;
            if (status is not 0 and < 500 and not (int)HttpStatusCode.RequestTimeout and not (int)HttpStatusCode.TooManyRequests)
                throw await RefusedAsync($"The {_options.Peer} refuses the socket with {status}", status, error);
            Ended = status == 0 ? Text(error) : $"the {_options.Peer} answered {status}";
            RetryAfter = ReadRetryAfter();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Ended = string.Create(CultureInfo.InvariantCulture,
                $"no answer to the handshake within {_options.HandshakeTimeout.TotalSeconds:0.#} s");
        }
    }

    private async Task CloseAsync()
    {
        var code = (int)(_socket.CloseStatus ?? 0);
        Ended = $"closed by the {_options.Peer} with {code} {_socket.CloseStatusDescription}".TrimEnd();
        if (_socket.CloseStatus == WebSocketCloseStatus.PolicyViolation) throw await RefusedAsync($"The socket was {Ended}");
    }

    private async Task GrowAsync()
    {
        if (_buffer.Length >= _options.MaxMessageBytes)
            throw await RefusedAsync($"The {_options.Peer} sent a message of more than {_options.MaxMessageBytes} bytes");
        Array.Resize(ref _buffer, (int)Math.Min((long)_buffer.Length * 2, _options.MaxMessageBytes));
    }

    private ValueTask<Exception> RefusedAsync(string reason, int status = 0, Exception? inner = null) =>
        _options.Refused(new(_address, status, reason, inner));

    private TimeSpan? ReadRetryAfter()
    {
        if (_socket.HttpResponseHeaders is not { } headers || !headers.TryGetValue("Retry-After", out var values)) return null;
        var text = values.FirstOrDefault();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at) ? at - _options.Clock.GetUtcNow() : null;
    }

    private static string Text(WebSocketException error) =>
        error.InnerException is { } inner ? $"{error.Message} {inner.Message}" : error.Message;
}
