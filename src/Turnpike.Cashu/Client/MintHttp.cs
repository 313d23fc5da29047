using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Kernel;
using Turnpike.Kernel.Clients;

namespace Turnpike.Cashu.Client;

/// <summary>Requests to a mint: repeated with the same body until there is an answer, which is what makes them happen once.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.1 (NUT-19).</remarks>
internal sealed class MintHttp : IDisposable
{
    private readonly CashuClientOptions _options;
    private readonly HttpClient _http;

    public MintHttp(CashuClientOptions options)
    {
        _options = options;
        _http = options.Handler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient();
        var text = options.Mint.AbsoluteUri;
        _http.BaseAddress = new Uri(text.EndsWith('/') ? text : text + "/");
        _http.Timeout = Timeout.InfiniteTimeSpan;       // ours follow the options' clock
        _http.MaxResponseContentBufferSize = options.MaxAnswerBytes;
        // A bare client has none; mints tell wallets by it.
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Turnpike");
    }

    /// <summary>Asks.</summary>
    /// <exception cref="HttpRequestException">No answer came, however often it was asked.</exception>
    public Task<Result<T>> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) where T : class =>
        SendAsync(HttpMethod.Get, path, default, json, _options.RequestTimeout, cancellation);

    /// <summary>Sends a body.</summary>
    /// <returns>The answer; or the mint's error with its code.</returns>
    /// <exception cref="HttpRequestException">No answer came, however often it was sent: whether it was carried out is unknown.</exception>
    public Task<Result<T>> PostAsync<T>(
        string path, ReadOnlyMemory<byte> body, JsonTypeInfo<T> json, CancellationToken cancellation, TimeSpan? timeout = null)
        where T : class =>
        SendAsync(HttpMethod.Post, path, body, json, timeout ?? _options.RequestTimeout, cancellation);

    public void Dispose() => _http.Dispose();

    private async Task<Result<T>> SendAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, JsonTypeInfo<T> json, TimeSpan timeout, CancellationToken cancellation)
        where T : class
    {
        var delay = new RetryDelay(_options.FirstDelay, _options.LongestDelay);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                var (status, retryAfter, answer) = await SendOnceAsync(method, path, body, timeout, cancellation);
                if (status == HttpStatusCode.OK) return Read(answer, json, path);
                if (IsFinal(status)) return ReadError(status, answer, path);
                asked = retryAfter;
                throw new HttpRequestException($"The mint answered {(int)status} to {path}", null, status);
            }
            catch (Exception error) when (attempt < _options.Tries && IsPassing(error, cancellation))
            {
                await Task.Delay(delay.Next(asked), _options.Clock, cancellation);
            }
            catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
            {
                throw new HttpRequestException($"The mint did not answer {path} within {timeout.TotalSeconds:0.#} s", error);
            }
        }
    }

    private async Task<(HttpStatusCode Status, TimeSpan? RetryAfter, byte[] Body)> SendOnceAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, TimeSpan timeout, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(timeout, _options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        using var answer = await _http.SendAsync(request, both.Token);
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta, await answer.Content.ReadAsByteArrayAsync(both.Token));
    }

    private static bool IsPassing(Exception error, CancellationToken cancellation) =>
        error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested);

    /// <summary>True where the request itself is to blame, and would be refused again.</summary>
    private static bool IsFinal(HttpStatusCode status) =>
        (int)status is >= 300 and < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private static T Read<T>(byte[] answer, JsonTypeInfo<T> json, string path) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer, json) ?? throw new CashuClientException($"The mint answered null to {path}");
        }
        catch (JsonException error)
        {
            throw new CashuClientException($"The mint's answer to {path} is not what it should be: {error.Message}", error);
        }
    }

    /// <summary>Only 400 with a detail and a code is the protocol's.</summary>
    private static ProtocolError ReadError(HttpStatusCode status, byte[] answer, string path)
    {
        if (status != HttpStatusCode.BadRequest) throw new CashuClientException($"{path} answered {(int)status}: is there a mint?");
        var error = Read(answer, ClientJson.Default.ErrorModel, path);
        return new ProtocolError(error.Code, "refused", error.Detail);
    }
}
