using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary><c>/api/v1/assets</c> and <c>/api/v1/metadata</c>: search over what transactions say.</summary>
/// <remarks>planetmint.md 3.</remarks>
internal sealed class SearchEndpoints(IDatabase database)
{
    /// <summary><c>GET /assets?search=&amp;limit=</c>.</summary>
    public Task SearchAssetsAsync(HttpContext http) => SearchAsync(http, TextTable.SearchAssetsAsync, WriteAsset);

    /// <summary><c>GET /metadata?search=&amp;limit=</c>.</summary>
    public Task SearchMetadataAsync(HttpContext http) => SearchAsync(http, TextTable.SearchMetadataAsync, WriteMetadata);

    /// <summary><c>GET /assets/{cid}</c>: those whose data is exactly that string.</summary>
    public Task GetAssetsAsync(HttpContext http) => GetAsync(http, TransactionTable.ReadByDataAsync, WriteAsset);

    /// <summary><c>GET /metadata/{cid}</c>: those whose metadata is exactly that string.</summary>
    public Task GetMetadataAsync(HttpContext http) => GetAsync(http, TransactionTable.ReadByMetadataAsync, WriteMetadata);

    private async Task SearchAsync(
        HttpContext http, Func<Reads, SearchTerms, int, ValueTask<IReadOnlyList<StoredBody>>> search,
        Func<byte[], ReadOnlyMemory<byte>> write)
    {
        if (!RequestParameters.ReadSearch(http.Request.Query).TryGet(out var query, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        var terms = SearchTerms.Parse(query.Search);
        var found = terms.IsEmpty ? [] : await database.ReadAsync(snapshot => search(snapshot, terms, query.Limit), http.RequestAborted);
        await Answer.ArrayAsync(http, OnePage(found, write));
    }

    private async Task GetAsync(
        HttpContext http, Func<Reads, string, int, ValueTask<IReadOnlyList<StoredBody>>> read, Func<byte[], ReadOnlyMemory<byte>> write)
    {
        var cid = LastSegment(http);
        var found = await database.ReadAsync(snapshot => read(snapshot, cid, RequestParameters.MaxSearchLimit), http.RequestAborted);
        await Answer.ArrayAsync(http, OnePage(found, write));
    }

    /// <summary>As the client wrote it, decoded once: in the path that routes are chosen by, an escaped slash stays escaped.</summary>
    private static string LastSegment(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.AsSpan();
        if (target.IndexOf('?') is >= 0 and var query) target = target[..query];
        target = target.TrimEnd('/');
        return Uri.UnescapeDataString(target[(target.LastIndexOf('/') + 1)..]);
    }

    private static async IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> OnePage(
        IReadOnlyList<StoredBody> found, Func<byte[], ReadOnlyMemory<byte>> write)
    {
        await ValueTask.CompletedTask;
        yield return [.. found.Select(b => write(b.Body))];
    }

    private static ReadOnlyMemory<byte> WriteAsset(byte[] body) => Write("{\"data\":"u8, TransactionJson.AssetData(body), body);

    private static ReadOnlyMemory<byte> WriteMetadata(byte[] body) => Write("{\"metadata\":"u8, TransactionJson.Metadata(body), body);

    private static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> start, ReadOnlyMemory<byte> value, byte[] body)
    {
        var text = new ArrayBufferWriter<byte>(start.Length + value.Length + 80);
        text.Write(start);
        text.Write(value.Span);
        text.Write(",\"id\":"u8);
        text.Write(TransactionJson.Id(body).Span);
        text.Write("}"u8);
        return text.WrittenMemory;
    }
}
