using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Backends;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary><c>/api/v1/transactions</c>: takes transactions, and gives them back.</summary>
/// <remarks>planetmint.md 3.</remarks>
internal sealed class TransactionEndpoints(IDatabase database, BlockProducer producer, UpstreamLink upstream, PlanetmintMetrics metrics)
{
    /// <summary>The largest body taken.</summary>
    private const int MaxBody = 1024 * 1024;

    private const int PageRows = 200;

    /// <summary><c>POST /transactions?mode=</c>: 202 once the transaction is durable and in a block.</summary>
    public async Task PostAsync(HttpContext http)
    {
        if (!RequestParameters.ReadMode(http.Request.Query).TryGet(out var mode, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        // A body is looked at where it was received, and given back once it is answered, whoever has left by then.
        var body = await ReadBodyAsync(http);
        try
        {
            if (body.Length > MaxBody) await Answer.ErrorAsync(http, PlanetmintErrors.BodyTooLarge);
            else if (upstream.Upstream is { } chain) await ForwardAsync(http, chain, InOnePiece(body), mode);
            else await SubmitAsync(http, InOnePiece(body));
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(body.End);
        }
    }

    /// <summary><c>GET /transactions/{id}</c>; a malformed id is as unknown as any other.</summary>
    public async Task GetAsync(HttpContext http)
    {
        var stored = TransactionId.TryParse((string)http.Request.RouteValues["id"]!, out var id)
            ? await database.ReadAsync(snapshot => TransactionTable.ReadAsync(snapshot, id), http.RequestAborted)
            : null;
        if (stored is { } found) await Answer.JsonAsync(http, found.Body);
        else await Answer.ErrorAsync(http, PlanetmintErrors.NotFound);
    }

    /// <summary><c>GET /transactions?asset_id=&amp;operation=&amp;last_tx=</c>: in commit order.</summary>
    public async Task ListAsync(HttpContext http)
    {
        if (!RequestParameters.ReadTransactions(http.Request.Query).TryGet(out var query, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        if (query.LastOnly) await Answer.ArrayAsync(http, NewestAsync(query, http.RequestAborted));
        else if (await Paging.StartAsync(database, query.After, http.RequestAborted) is { } range)
            await Answer.ArrayAsync(http, PagesAsync(query, range, http.RequestAborted));
        else await Answer.ErrorAsync(http, PlanetmintErrors.NotFound);
    }

    private async Task SubmitAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        var result = TransactionJson.Read(body).TryGet(out var candidate, out var error)
            ? await producer.SubmitAsync(candidate, http.RequestAborted)
            : error;
        metrics.Posted(result.Error?.Name ?? "ok");
        if (result.TryGet(out var transaction, out error))
            await Answer.JsonAsync(http, transaction.CanonicalBody, StatusCodes.Status202Accepted);
        else await Answer.ErrorAsync(http, error);
    }

    private async Task ForwardAsync(HttpContext http, IUpstream chain, ReadOnlyMemory<byte> body, PostMode mode)
    {
        if (TransactionJson.Read(body) is { Error: { } error })
        {
            metrics.Posted(error.Name);
            await Answer.ErrorAsync(http, error);
            return;
        }

        var answer = await chain.PostAsync(body, mode, http.RequestAborted);
        metrics.Posted(answer.Status < 300 ? "ok" : "upstream_refused");
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        await http.Response.BodyWriter.WriteAsync(answer.Body, http.RequestAborted);
    }

    private async IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> NewestAsync(
        TransactionsQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var newest = await database.ReadAsync(
            snapshot => TransactionTable.ReadNewestAsync(snapshot, query.AssetIds, NameOf(query.Operation)), cancellation);
        yield return [.. newest.Select(b => (ReadOnlyMemory<byte>)b.Body)];
    }

    private async IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> PagesAsync(
        TransactionsQuery query, Paging range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var left = query.Limit ?? int.MaxValue;
        var after = range.After;
        while (left > 0)
        {
            var rows = Math.Min(left, PageRows);
            var from = after;
            var page = await database.ReadAsync(
                snapshot => TransactionTable.ReadOfAssetsAsync(
                    snapshot, query.AssetIds, NameOf(query.Operation), from, range.UpTo, rows), cancellation);
            yield return [.. page.Select(b => (ReadOnlyMemory<byte>)b.Body)];
            if (page.Count < rows) yield break;
            left -= page.Count;
            after = page[^1].Position;
        }
    }

    private static string NameOf(Operation? operation) => operation switch
    {
        Operation.Create => "CREATE",
        Operation.Transfer => "TRANSFER",
        _ => "",
    };

    /// <summary>Reads to the end, or until it is more than is taken.</summary>
    private static async Task<ReadOnlySequence<byte>> ReadBodyAsync(HttpContext http)
    {
        var input = http.Request.BodyReader;
        while (true)
        {
            // Without a token: the server ends the read itself when the poster leaves, a token would leave it half done.
            var read = await input.ReadAsync(CancellationToken.None);
            if (read.IsCompleted || read.Buffer.Length > MaxBody) return read.Buffer;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ReadOnlyMemory<byte> InOnePiece(ReadOnlySequence<byte> body) => body.IsSingleSegment ? body.First : body.ToArray();
}
