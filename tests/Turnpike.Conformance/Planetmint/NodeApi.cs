using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>An answer of the HTTP API.</summary>
public sealed record Reply(int Status, string Body, HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Message => Json.GetProperty("message").GetString()!;
}

/// <summary>What tests ask of a node, wherever it runs.</summary>
public abstract class NodeApi
{
    /// <summary>Nothing that is waited for takes longer, even on a machine that does much else.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly HttpClient s_http = new() { Timeout = Patience };

    public Uri Main { get; private set; } = null!;

    public Uri Streams { get; private set; } = null!;

    public async Task<Reply> GetAsync(string path, bool onStreamPort = false, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync(request, onStreamPort);
    }

    /// <summary>A handshake of a WebSocket, whose refusal is wanted.</summary>
    public Task<Reply> HandshakeAsync(string path, bool onStreamPort = true) => GetAsync(
        path, onStreamPort, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));

    public async Task<Reply> PostAsync(string body, string query = "")
    {
        using var content = new StringContent(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/transactions" + query) { Content = content };
        return await SendAsync(request, onStreamPort: false);
    }

    public async Task<Reply> SendAsync(HttpRequestMessage request, bool onStreamPort = false)
    {
        request.RequestUri = new Uri(onStreamPort ? Streams : Main, request.RequestUri!);
        using var answer = await s_http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = answer.StatusCode == HttpStatusCode.SwitchingProtocols ? ""
            : await answer.Content.ReadAsStringAsync().WaitAsync(Patience);
        return new Reply((int)answer.StatusCode, body, answer.Headers);
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        var reply = await GetAsync(path);
        Assert.True(reply.Status == 200, $"{path}: {reply.Status} {reply.Body}");
        return reply.Json;
    }

    /// <summary>The strings of an array of JSON objects' members.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string path, string member) =>
        [.. (await JsonAsync(path)).EnumerateArray().Select(e => e.GetProperty(member).GetString()!)];

    /// <summary>Posts a transaction, which must be taken.</summary>
    public async Task<Transaction> CommitAsync(Transaction transaction)
    {
        var reply = await PostAsync(System.Text.Encoding.UTF8.GetString(transaction.CanonicalBody.Span));
        Assert.True(reply.Status == 202, $"{reply.Status} {reply.Body}");
        return transaction;
    }

    /// <summary>Posts so many new assets one after another.</summary>
    public async Task<IReadOnlyList<Transaction>> CommitAssetsAsync(int count, OwnerKeyPair? owner = null)
    {
        owner ??= Make.Key();
        var made = new List<Transaction>();
        for (var i = 0; i < count; i++) made.Add(await CommitAsync(Make.Asset(owner)));
        return made;
    }

    /// <summary>The head's height.</summary>
    public async Task<long> HeightAsync() => (await JsonAsync("/api/v1/blocks/latest")).GetProperty("height").GetInt64();

    /// <summary>Every transaction by what GET /blocks/{height} says: height and id, in order.</summary>
    public async Task<IReadOnlyList<(long Height, string Id)>> ChainAsync(long from = 1)
    {
        var all = new List<(long, string)>();
        var head = await HeightAsync();
        for (var height = from; height <= head; height++)
        {
            var block = await JsonAsync($"/api/v1/blocks/{height}");
            all.AddRange(block.GetProperty("transactions").EnumerateArray().Select(t => (height, t.GetProperty("id").GetString()!)));
        }
        return all;
    }

    /// <summary>Subscribes; on 9985's listener unless told otherwise.</summary>
    public Task<Listener> SubscribeAsync(string target, bool onMainPort = false, int receiveBuffer = 0) =>
        Listener.OpenAsync(onMainPort ? Main : Streams, target, receiveBuffer);

    protected void Connect(Uri main, Uri streams) => (Main, Streams) = (main, streams);
}
