using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Turnpike.Cashu.Backends;

/// <summary>What a node answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">All of the body.</param>
internal sealed record NodeAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>True for 200 and 201 (which CLN answers) and their like.</summary>
    public bool IsOk => Status is >= 200 and < 300;
}

/// <summary>
/// HTTP to one node: its key in a header, its certificate pinned, time and size limited. Whatever goes wrong underneath is a
/// <see cref="LightningException"/>.
/// </summary>
internal sealed class NodeHttp : IDisposable
{
    /// <summary>The largest answer, and the longest line of a stream: a payment tells all its attempts.</summary>
    public const int MaxBytes = 16 << 20;

    private const int Connections = 256;

    // A subscription may be silent for days: only so is it noticed that nobody is there any more.
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveProbes = 3;

    private readonly string _url;
    private readonly (string Name, string Value) _key;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="url">Where the node is, maybe with a path.</param>
    /// <param name="certFile">PEM to which its certificate is pinned, or empty.</param>
    /// <param name="key">The header that lets us in.</param>
    /// <param name="clock">Measures the limits.</param>
    public NodeHttp(string url, string certFile, (string Name, string Value) key, TimeProvider clock)
    {
        _url = url.TrimEnd('/');
        _key = key;
        _clock = clock;
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = Connections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a name that moved is looked up again
            AllowAutoRedirect = false,                          // the key is for this node only
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = ConnectAsync,
        };
        if (certFile.Length > 0) handler.SslOptions.RemoteCertificateValidationCallback = new PinnedCertificate(certFile).IsTheNodes;
        _client = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks, and reads the whole answer, whatever its status.</summary>
    /// <exception cref="LightningException">There was none in time, or it is too large.</exception>
    public async Task<NodeAnswer> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var stream = await OpenAsync(method, path, json, timeout, cancellation);
        return new NodeAnswer(stream.Status, await stream.ReadToEndAsync());
    }

    /// <summary>Asks, and leaves the answer to be read line by line.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="path">Beneath the node's URL, with the query.</param>
    /// <param name="json">The body, or null.</param>
    /// <param name="timeout">
    /// How long all of it may take; infinite for a subscription, whose headers may come only with its first line.
    /// </param>
    /// <param name="cancellation">Ends it, also the reading.</param>
    /// <exception cref="LightningException">There was no answer in time.</exception>
    public async Task<NodeStream> OpenAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? json, TimeSpan timeout, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, _url + path);
        request.Headers.Add(_key.Name, _key.Value);
        if (json is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        var limit = new NodeTimeLimit(timeout, _clock, cancellation);
        try
        {
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return await NodeStream.OpenAsync(response, limit);
        }
        catch (Exception e)
        {
            limit.Dispose();
            if (limit.Explain(e) is { } explained) throw explained;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds / KeepAliveProbes);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
