using System.Buffers;
using System.Net.Http.Headers;

namespace Turnpike.Planetmint.Backends;

/// <summary>What came back over HTTP.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">All of the body.</param>
/// <param name="ContentType">The media type as it was sent, or null.</param>
internal sealed record HttpAnswer(int Status, ReadOnlyMemory<byte> Body, string? ContentType);

/// <summary>HTTP to one upstream: calls have a time limit, answers a size limit, failures are <see cref="UpstreamException"/>s.</summary>
internal sealed class UpstreamHttp : IDisposable
{
    /// <summary>Connections for reads; bounds what following costs the upstream.</summary>
    private const int ReadConnections = 16;

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _reads;
    private readonly HttpClient _posts;

    /// <summary>Opens nothing yet; connections are made by calls and kept.</summary>
    public UpstreamHttp(UpstreamOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _reads = Client(ReadConnections);
        _posts = Client(options.MaxPosts); // of their own: a post may wait 10 s for its block and must not hold up following
    }

    /// <summary>GETs what <paramref name="uri"/> names.</summary>
    public async Task<HttpAnswer> GetAsync(Uri uri, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        return await SendAsync(_reads, request, _options.RequestTimeout, cancellation);
    }

    /// <summary>POSTs JSON.</summary>
    public async Task<HttpAnswer> PostAsync(Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(UpstreamAnswer.Json);
        return await SendAsync(_posts, request, _options.PostTimeout, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reads.Dispose();
        _posts.Dispose();
    }

    private static HttpClient Client(int connections)
    {
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = connections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a name that moved is looked up again
            AllowAutoRedirect = false,                          // a redirected POST would become a GET
            UseCookies = false,
            UseProxy = false,
        };
        return new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private async Task<HttpAnswer> SendAsync(
        HttpClient client, HttpRequestMessage request, TimeSpan timeout, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadBodyAsync(response.Content, request.RequestUri!, either.Token);
            return new HttpAnswer((int)response.StatusCode, body, response.Content.Headers.ContentType?.ToString());
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new UpstreamException(
                UpstreamFault.TimedOut, $"The upstream did not answer {request.RequestUri} within {timeout.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new UpstreamException(
                UpstreamFault.Unreachable, $"The upstream cannot be reached at {request.RequestUri}: {e.Message}", e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContent content, Uri uri, CancellationToken cancellation)
    {
        const int chunk = 16 << 10;
        var announced = content.Headers.ContentLength ?? chunk;
        if (announced > _options.MaxAnswerBytes) throw TooLarge(uri);

        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var body = new ArrayBufferWriter<byte>((int)Math.Max(announced + 1, 256)); // one more: the read that finds the end needs room
        while (true)
        {
            var read = await stream.ReadAsync(body.GetMemory(), cancellation);
            if (read == 0) return body.WrittenMemory;
            body.Advance(read);
            if (body.WrittenCount > _options.MaxAnswerBytes) throw TooLarge(uri);
        }
    }

    private UpstreamException TooLarge(Uri uri) =>
        new(UpstreamFault.BadAnswer, $"The upstream's answer to {uri} is larger than MaxAnswerBytes, {_options.MaxAnswerBytes} bytes");
}
