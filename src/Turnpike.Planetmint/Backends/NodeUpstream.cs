using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Backends;

/// <summary>
/// A node with the BigchainDB HTTP API (blocks with the transactions' bodies) or that of Planetmint 2 (blocks with ids, then one
/// GET for each transaction). Another Turnpike will do as well.
/// </summary>
/// <remarks>planetmint.md, sections 3 and 6.</remarks>
internal sealed class NodeUpstream : IUpstream, IDisposable
{
    /// <summary>Transactions of one block fetched at a time.</summary>
    private const int Fetches = 8;

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _clock;
    private readonly UpstreamHttp _http;
    private readonly Uri _api;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">Valid ones; the URL may or may not end with <c>/api/v1</c>.</param>
    /// <param name="clock">Measures the time limits.</param>
    public NodeUpstream(UpstreamOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = new UpstreamHttp(options, clock);
        var url = options.Url.TrimEnd('/');
        _api = new Uri(url.EndsWith("/api/v1", StringComparison.Ordinal) ? url + "/" : url + "/api/v1/");
    }

    /// <inheritdoc/>
    public async Task<UpstreamBlock?> ReadBlockAsync(long height, CancellationToken cancellation)
    {
        var uri = BlockUri(height);
        if (await FindAsync(uri, cancellation) is not { } body) return null;
        var (hash, bodies, ids) = Reading(uri, () => ReadBlock(JsonSlice.Parse(body), height));
        if (ids.Count > 0) bodies = await ReadTransactionsAsync(height, ids, body.Length, cancellation);
        return new UpstreamBlock(height, hash, bodies);
    }

    /// <inheritdoc/>
    public async Task<string?> ReadHashAsync(long height, CancellationToken cancellation)
    {
        var uri = BlockUri(height);
        return await FindAsync(uri, cancellation) is { } body
            ? Reading(uri, () => ReadBlock(JsonSlice.Parse(body), height).Hash)
            : null;
    }

    /// <inheritdoc/>
    public async Task<long?> ReadHeadAsync(CancellationToken cancellation)
    {
        var uri = new Uri(_api, "blocks/latest"); // Planetmint 2 and Turnpike; BigchainDB answers 404
        return await FindAsync(uri, cancellation) is { } body
            ? Reading(uri, () => JsonSlice.Parse(body).Member("height"u8).Integer())
            : null;
    }

    /// <inheritdoc/>
    public async Task ListenAsync(Action onWord, CancellationToken cancellation)
    {
        var uri = _options.StreamUrl.Length > 0 ? new Uri(_options.StreamUrl) : await ReadStreamUriAsync(cancellation);
        await UpstreamSocket.ListenAsync(uri, default, onWord, _options.RequestTimeout, _clock, cancellation);
    }

    /// <inheritdoc/>
    public async Task<UpstreamAnswer> PostAsync(ReadOnlyMemory<byte> body, PostMode mode, CancellationToken cancellation)
    {
        try
        {
            var answer = await _http.PostAsync(new Uri(_api, $"transactions?mode={mode.Word()}"), body, cancellation);
            return new UpstreamAnswer(answer.Status, answer.Body, answer.ContentType ?? UpstreamAnswer.Json);
        }
        catch (UpstreamException e)
        {
            return PostFailure.Answer(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Uri BlockUri(long height) => new(_api, string.Create(CultureInfo.InvariantCulture, $"blocks/{height}"));

    /// <summary>A body, or null for 404.</summary>
    private async Task<ReadOnlyMemory<byte>?> FindAsync(Uri uri, CancellationToken cancellation)
    {
        var answer = await _http.GetAsync(uri, cancellation);
        return (HttpStatusCode)answer.Status switch
        {
            HttpStatusCode.OK => answer.Body,
            HttpStatusCode.NotFound => (ReadOnlyMemory<byte>?)null, // a bare null would become an empty memory, by way of byte[]
            _ => throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream answered {uri} with status {answer.Status}"),
        };
    }

    private static T Reading<T>(Uri uri, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream's answer to {uri} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Bodies where the block has them (BigchainDB), ids where it has those (Planetmint 2).</summary>
    private static (string Hash, IReadOnlyList<ReadOnlyMemory<byte>> Bodies, IReadOnlyList<string> Ids) ReadBlock(
        JsonSlice block, long height)
    {
        if (block.Member("height"u8).Integer() != height) throw new JsonException($"It is not block {height}");
        var named = block.Member("transaction_ids"u8);
        var transactions = named.IsNull ? block.Member("transactions"u8) : named;
        if (transactions.IsNull) throw new JsonException("It has no transactions and no transaction_ids");

        var items = transactions.Items();
        var areIds = items.Any(item => item.Kind == JsonTokenType.String);
        string[] ids = [.. items.Select(item => Id(areIds ? item : item.Member("id"u8)))];
        var appHash = block.Member("app_hash"u8);
        var hash = appHash.IsNull || appHash.Text().Length == 0 ? HashOf(ids) : appHash.Text().ToLowerInvariant();
        return areIds ? (hash, [], ids) : (hash, [.. items.Select(item => item.Utf8)], []);
    }

    /// <summary>Checked, because it becomes part of a path.</summary>
    private static string Id(JsonSlice value)
    {
        var id = value.Text();
        return id.Length == 64 && id.All(char.IsAsciiHexDigitLower) ? id : throw new JsonException("An id is not 64 hex digits");
    }

    /// <summary>What the node itself hashes of a block (planetmint.md, section 5): sha3-256(id₁ + id₂ + …), as hex.</summary>
    private static string HashOf(string[] ids) =>
        Convert.ToHexStringLower(SHA3_256.HashData(Encoding.ASCII.GetBytes(string.Concat(ids))));

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadTransactionsAsync(
        long height, IReadOnlyList<string> ids, long bytes, CancellationToken cancellation)
    {
        var bodies = new ReadOnlyMemory<byte>[ids.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Fetches, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Enumerable.Range(0, ids.Count), parallel, async (i, stop) =>
        {
            var uri = new Uri(_api, $"transactions/{ids[i]}");
            var body = await FindAsync(uri, stop)
                ?? throw new UpstreamException(
                    UpstreamFault.BadAnswer, $"The upstream does not give transaction {ids[i]} of its block {height}");
            if (Interlocked.Add(ref bytes, body.Length) > _options.MaxAnswerBytes)
                throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream's block {height} is larger than MaxAnswerBytes");
            bodies[i] = Reading(uri, () => ReadTransaction(JsonSlice.Parse(body), ids[i]));
        });
        return bodies;
    }

    private static ReadOnlyMemory<byte> ReadTransaction(JsonSlice transaction, string id) =>
        transaction.Member("id"u8).Text() == id ? transaction.Utf8 : throw new JsonException("It has another id");

    /// <summary>What the root document advertises: a word for each block if it has that stream, else one for each transaction.</summary>
    private async Task<Uri> ReadStreamUriAsync(CancellationToken cancellation)
    {
        var body = await FindAsync(_api, cancellation)
            ?? throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream has no API at {_api}");
        var text = Reading(_api, () =>
        {
            var root = JsonSlice.Parse(body);
            var blocks = root.Member("streamedblocks"u8);
            return (blocks.IsNull ? root.Member("streams"u8) : blocks).Text();
        });
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("ws" or "wss"))
            throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream advertises '{text}' as its stream; set StreamUrl");

        // Nodes left at their default advertise localhost, whoever asks.
        return uri.IsLoopback && !_api.IsLoopback ? new UriBuilder(uri) { Host = _api.Host }.Uri : uri;
    }
}
