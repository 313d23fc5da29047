using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Kernel;

namespace Turnpike.Planetmint.Client;

/// <summary>Requests to the node's HTTP API, and what its refusals say.</summary>
/// <remarks>planetmint.md 3.</remarks>
internal sealed class NodeHttp : IDisposable
{
    private const int MaxErrorText = 2000;
    private readonly HttpClient _http;

    public NodeHttp(PlanetmintClientOptions options)
    {
        _http = options.Handler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient();
        _http.BaseAddress = new Uri(options.Node, "api/v1/");
        _http.Timeout = options.RequestTimeout;
    }

    /// <summary>The answer's body as JSON, or null where it is 404.</summary>
    /// <exception cref="PlanetmintClientException">The node refuses: the caller asked for what is not allowed.</exception>
    /// <exception cref="HttpRequestException">The node is not there, or failed (5xx, 408, 429).</exception>
    public async Task<T?> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) where T : class
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        await ThrowIfFailedAsync(answer, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, json, cancellation)
                ?? throw new PlanetmintClientException($"The node answered null to {path}", (int)answer.StatusCode);
        }
        catch (JsonException error)
        {
            var text = $"The node's answer to {path} is not what it should be: {error.Message}";
            throw new PlanetmintClientException(text, (int)answer.StatusCode, error);
        }
    }

    /// <summary>The answer's body as it came, or null where it is 404.</summary>
    /// <exception cref="PlanetmintClientException">The node refuses: the caller asked for what is not allowed.</exception>
    /// <exception cref="HttpRequestException">The node is not there, or failed (5xx, 408, 429).</exception>
    public async Task<byte[]?> GetBytesAsync(string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound) return null;
        await ThrowIfFailedAsync(answer, cancellation);
        return await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>Posts a transaction.</summary>
    /// <returns>The body of the 202, or the node's words where it refuses with a 4xx.</returns>
    /// <exception cref="HttpRequestException">The node is not there, or failed: whether it took the transaction is unknown.</exception>
    public async Task<Result<byte[]>> PostAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await SendAsync(HttpMethod.Post, path, content, cancellation);
        if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsByteArrayAsync(cancellation);
        var text = await TextAsync(answer, cancellation);
        if (IsOurs(answer.StatusCode)) return new ProtocolError((int)answer.StatusCode, ClassOf(text), text);
        throw new HttpRequestException(text, null, answer.StatusCode);
    }

    /// <summary>Why the node refuses a stream: a WebSocket handshake hides the body, its SSE twin shows it.</summary>
    /// <returns>The node's text, or null if it refuses no more or cannot be reached.</returns>
    public async Task<string?> AskWhyAsync(Uri stream)
    {
        var address = new UriBuilder(stream) { Scheme = stream.Scheme == "wss" ? "https" : "http" }.Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/event-stream");
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.IsSuccessStatusCode ? null : await TextAsync(answer, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            return null;    // The refusal stands and is told; only its reason is missing.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static async Task ThrowIfFailedAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode) return;
        var text = await TextAsync(answer, cancellation);
        if (IsOurs(answer.StatusCode)) throw new PlanetmintClientException(text, (int)answer.StatusCode);
        throw new HttpRequestException(text, null, answer.StatusCode);
    }

    /// <summary>True where the request itself is to blame, and would be refused again.</summary>
    private static bool IsOurs(HttpStatusCode status) =>
        (int)status is >= 400 and < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    /// <summary><c>{"message":"…"}</c>, or <c>{"message":{"parameter":"…"}}</c>, or whatever it is.</summary>
    private static async Task<string> TextAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message))
            {
                if (message.ValueKind == JsonValueKind.String) return message.GetString()!;
                if (message.ValueKind == JsonValueKind.Object)
                    return string.Join("; ", message.EnumerateObject().Select(m => $"{m.Name}: {m.Value}"));
            }
        }
        catch (JsonException)
        {
            // A proxy's page, then: shown as it is.
        }
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxErrorText)));
        return text.Length > 0 ? text : $"{(int)answer.StatusCode} {answer.ReasonPhrase}";
    }

    /// <summary>The class in <c>Invalid transaction (DoubleSpend): …</c>.</summary>
    private static string ClassOf(string text)
    {
        const string start = "Invalid transaction (";
        if (!text.StartsWith(start, StringComparison.Ordinal)) return "refused";
        var end = text.IndexOf(')', start.Length);
        return end < 0 ? "refused" : text[start.Length..end];
    }
}

internal sealed record OutputRow(string TransactionId, int OutputIndex, string? Amount, string? AssetId);

internal sealed record BlockRow(long Height, IReadOnlyList<JsonElement>? Transactions);

internal sealed record AssetRow(string Id, JsonElement Data);

internal sealed record MetadataRow(string Id, JsonElement Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(List<OutputRow>))]
[JsonSerializable(typeof(List<JsonElement>))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(BlockRow))]
[JsonSerializable(typeof(List<AssetRow>))]
[JsonSerializable(typeof(List<MetadataRow>))]
internal sealed partial class NodeJson : JsonSerializerContext;
