using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary><c>/api/v1/blocks</c>.</summary>
/// <remarks>planetmint.md 3.</remarks>
internal sealed class BlockEndpoints(IDatabase database)
{
    private const int PageRows = 200;

    /// <summary><c>GET /blocks/{height}</c>, <c>GET /blocks/latest</c>; what is no height is not found.</summary>
    public async Task GetAsync(HttpContext http)
    {
        var text = (string)http.Request.RouteValues["height"]!;
        long? height = text == "latest" ? -1
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : null;
        if (height is { } wanted && await FindAsync(wanted, http.RequestAborted) is { } head) await WriteAsync(http, head);
        else await Answer.ErrorAsync(http, PlanetmintErrors.NotFound);
    }

    /// <summary><c>GET /blocks?transaction_id=</c>: the height in an array, or an empty one.</summary>
    public async Task FindByTransactionAsync(HttpContext http)
    {
        if (!RequestParameters.ReadBlocks(http.Request.Query).TryGet(out var id, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        var position = await database.ReadAsync(snapshot => TransactionTable.ReadPositionAsync(snapshot, id), http.RequestAborted);
        await Answer.JsonAsync(http, Encoding.ASCII.GetBytes(position is { } known ? $"[{known.Height}]" : "[]"));
    }

    private Task<ChainHead?> FindAsync(long height, CancellationToken cancellation) =>
        database.ReadAsync<ChainHead?>(async snapshot => height switch
        {
            < 0 => await BlockTable.ReadHeadAsync(snapshot),
            0 => ChainHead.Genesis,
            _ => await BlockTable.ReadAsync(snapshot, height),
        }, cancellation);

    private Task WriteAsync(HttpContext http, ChainHead head) => Answer.ArrayAsync(
        http, PagesAsync(head.Height, http.RequestAborted),
        string.Create(CultureInfo.InvariantCulture, $"{{\"height\":{head.Height},\"transactions\":"), "}");

    private async IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> PagesAsync(
        long height, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = ChainPosition.EndOf(height - 1);
        while (true)
        {
            var from = after;
            var page = await database.ReadAsync(
                snapshot => TransactionTable.ReadRangeAsync(snapshot, from, ChainPosition.EndOf(height), PageRows), cancellation);
            yield return [.. page.Select(b => (ReadOnlyMemory<byte>)b.Body)];
            if (page.Count < PageRows) yield break;
            after = page[^1].Position;
        }
    }
}
