using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Backends;

/// <summary>
/// A chain through the RPC of Tendermint 0.31–0.34 or CometBFT 0.34–0.38. Heights are strings there, empty arrays null, and a block
/// holds rejected transactions too: only those with result code 0 count.
/// </summary>
/// <remarks>planetmint.md, section 6.</remarks>
internal sealed class CometBftUpstream : IUpstream, IDisposable
{
    private static readonly byte[] Subscribe =
        """{"jsonrpc":"2.0","method":"subscribe","id":0,"params":{"query":"tm.event='NewBlock'"}}"""u8.ToArray();

    private readonly UpstreamOptions _options;
    private readonly TimeProvider _clock;
    private readonly UpstreamHttp _http;
    private readonly Uri _rpc;
    private readonly Uri _socket;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">Valid ones; the URL is that of the RPC.</param>
    /// <param name="clock">Measures the time limits.</param>
    public CometBftUpstream(UpstreamOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = new UpstreamHttp(options, clock);
        _rpc = new Uri(options.Url.TrimEnd('/') + "/");
        _socket = new UriBuilder(new Uri(_rpc, "websocket")) { Scheme = _rpc.Scheme == "https" ? "wss" : "ws" }.Uri;
    }

    /// <inheritdoc/>
    public async Task<UpstreamBlock?> ReadBlockAsync(long height, CancellationToken cancellation)
    {
        var head = await CallAsync("block", height, answer => ReadHead(answer, height), cancellation);
        if (head is null) return null;
        var transactions = head.Transactions;
        if (transactions.Count > 0)
        {
            var codes = await CallAsync("block_results", height, ReadCodes, cancellation);
            if (codes is null) return null;
            transactions = Counting(transactions, codes, height);
        }

        return new UpstreamBlock(height, head.Hash, transactions) { ParentHash = head.ParentHash };
    }

    /// <inheritdoc/>
    public async Task<string?> ReadHashAsync(long height, CancellationToken cancellation) =>
        (await CallAsync("block", height, answer => ReadHead(answer, height), cancellation))?.Hash;

    /// <inheritdoc/>
    public async Task<long?> ReadHeadAsync(CancellationToken cancellation)
    {
        var head = await CallAsync(
            "status", null, answer => new Status(answer.Member("sync_info"u8).Member("latest_block_height"u8).Integer()), cancellation);
        return head?.Height;
    }

    /// <inheritdoc/>
    public Task ListenAsync(Action onWord, CancellationToken cancellation) =>
        UpstreamSocket.ListenAsync(_socket, Subscribe, onWord, _options.RequestTimeout, _clock, cancellation);

    /// <inheritdoc/>
    public async Task<UpstreamAnswer> PostAsync(ReadOnlyMemory<byte> body, PostMode mode, CancellationToken cancellation)
    {
        try
        {
            var answer = await _http.PostAsync(_rpc, Broadcast(body, mode), cancellation);
            return ReadPosted(JsonSlice.Parse(answer.Body), body, mode);
        }
        catch (UpstreamException e)
        {
            return PostFailure.Answer(e);
        }
        catch (JsonException e)
        {
            return PostFailure.Answer(new UpstreamException(UpstreamFault.BadAnswer, e.Message, e));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private sealed record Status(long Height);

    private sealed record Head(string Hash, string? ParentHash, IReadOnlyList<ReadOnlyMemory<byte>> Transactions);

    /// <summary>Calls a method by GET and reads its <c>result</c>; null if that, or the height, is not there yet.</summary>
    private async Task<T?> CallAsync<T>(string method, long? height, Func<JsonSlice, T?> read, CancellationToken cancellation)
        where T : class
    {
        var uri = new Uri(_rpc, height is null ? method : string.Create(CultureInfo.InvariantCulture, $"{method}?height={height}"));
        var answer = await _http.GetAsync(uri, cancellation);
        try
        {
            var body = JsonSlice.Parse(answer.Body); // an error comes with 200 or 500, depending on the version
            if (RpcError.In(body) is { } error)
                return error.IsNotYet ? null : throw Refused(uri, error);
            var result = body.Member("result"u8);
            return result.IsNull ? throw new JsonException($"It has no result (status {answer.Status})") : read(result);
        }
        catch (JsonException e)
        {
            throw new UpstreamException(
                UpstreamFault.BadAnswer, $"The upstream's answer to {uri} (status {answer.Status}) cannot be read: {e.Message}", e);
        }
    }

    private static UpstreamException Refused(Uri uri, RpcError error) => new(
        UpstreamFault.BadAnswer,
        $"The upstream refused {uri}: {error.Sentence}{(error.Has("lowest height is") ? "; set FirstHeight to one that it has" : "")}");

    private static Head? ReadHead(JsonSlice result, long height)
    {
        var block = result.Member("block"u8);
        if (block.IsNull) return null;
        var header = block.Member("header"u8);
        if (header.Member("height"u8).Integer() != height) throw new JsonException($"It is not block {height}");

        var id = result.Member("block_id"u8);
        if (id.IsNull) id = result.Member("block_meta"u8).Member("block_id"u8); // before 0.33
        var hash = id.Member("hash"u8).Text().ToLowerInvariant();
        if (hash.Length == 0) throw new JsonException("It has no hash");
        var parent = header.Member("last_block_id"u8).Member("hash"u8);
        var transactions = block.Member("data"u8).Member("txs"u8).Items();
        return new Head(
            hash,
            parent.IsNull || parent.Text().Length == 0 ? null : parent.Text().ToLowerInvariant(),
            [.. transactions.Select(transaction => (ReadOnlyMemory<byte>)transaction.Base64())]);
    }

    private static IReadOnlyList<long> ReadCodes(JsonSlice result)
    {
        var codes = result.Member("txs_results"u8);
        if (codes.IsNull)
        {
            var results = result.Member("results"u8); // before 0.33: DeliverTx, then deliver_tx
            codes = results.Member("deliver_tx"u8);
            if (codes.IsNull) codes = results.Member("DeliverTx"u8);
        }

        return [.. codes.Items().Select(Code)];
    }

    /// <summary>Old versions leave a 0 out.</summary>
    private static long Code(JsonSlice result)
    {
        if (result.Kind != JsonTokenType.StartObject) throw new JsonException("A result is not an object");
        var code = result.Member("code"u8);
        return code.IsNull ? 0 : code.Integer();
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Counting(
        IReadOnlyList<ReadOnlyMemory<byte>> transactions, IReadOnlyList<long> codes, long height)
    {
        if (codes.Count != transactions.Count) // never guess which of them count
            throw new UpstreamException(
                UpstreamFault.BadAnswer,
                $"The upstream has {codes.Count} results for the {transactions.Count} transactions of block {height}");
        return [.. transactions.Where((_, i) => codes[i] == 0)];
    }

    private static ReadOnlyMemory<byte> Broadcast(ReadOnlyMemory<byte> body, PostMode mode)
    {
        var call = new ArrayBufferWriter<byte>(body.Length * 4 / 3 + 128);
        using (var json = new Utf8JsonWriter(call))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteNumber("id"u8, 0);
            json.WriteString("method"u8, $"broadcast_tx_{mode.Word()}");
            json.WriteStartArray("params"u8);
            json.WriteBase64StringValue(body.Span);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return call.WrittenMemory;
    }

    /// <summary>Answers as the Python node does, which asks the same chain.</summary>
    private static UpstreamAnswer ReadPosted(JsonSlice answer, ReadOnlyMemory<byte> body, PostMode mode)
    {
        if (RpcError.In(answer) is { } error)
            return UpstreamAnswer.Refused(error.Has("Tx already exists in cache") ? 400 : 500, error.Sentence);

        var result = answer.Member("result"u8);
        if (result.IsNull) throw new JsonException("It has no result");
        var refused = mode == PostMode.Commit ? IsRefusedInBlock(result) : Code(result) != 0;
        return refused ? UpstreamAnswer.Refused(500, "Transaction validation failed") : new UpstreamAnswer(202, body);
    }

    private static bool IsRefusedInBlock(JsonSlice result)
    {
        if (Code(result.Member("check_tx"u8)) != 0) return true;
        var delivered = result.Member("tx_result"u8); // from 0.38 on
        return Code(delivered.IsNull ? result.Member("deliver_tx"u8) : delivered) != 0;
    }
}
