using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary><c>GET /api/v1/outputs</c>: what a key has a part in.</summary>
/// <remarks>planetmint.md 3.</remarks>
internal sealed class OutputEndpoints(IDatabase database)
{
    private const int PageRows = 1000;

    /// <summary>In commit order; a page ends with a whole transaction, so that <c>after</c> can name its end.</summary>
    public async Task ListAsync(HttpContext http)
    {
        if (!RequestParameters.ReadOutputs(http.Request.Query).TryGet(out var query, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        var start = await Paging.StartAsync(database, query.After, http.RequestAborted);
        if (start is { } range) await Answer.ArrayAsync(http, PagesAsync(query, range, http.RequestAborted));
        else await Answer.ErrorAsync(http, PlanetmintErrors.NotFound);
    }

    private async IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> PagesAsync(
        OutputsQuery query, Paging range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var limit = query.Limit ?? int.MaxValue;
        var sent = 0;
        OwnedOutput? last = null;
        while (true)
        {
            var (after, index) = last is null ? (range.After, int.MaxValue) : (last.Position, last.Output.Index);
            var page = await database.ReadAsync(
                snapshot => OutputTable.ReadOwnedAsync(snapshot, query.PublicKey, query.Spent, after, index, range.UpTo, PageRows),
                cancellation);
            var values = new List<ReadOnlyMemory<byte>>(page.Count);
            foreach (var output in page)
            {
                if (sent >= limit && output.Position != last?.Position) break;
                values.Add(Write(output, query.Detail));
                last = output;
                sent++;
            }

            yield return values;
            if (page.Count < PageRows || values.Count < page.Count) yield break;
        }
    }

    private static ReadOnlyMemory<byte> Write(OwnedOutput output, bool detail)
    {
        var text = new ArrayBufferWriter<byte>(128);
        text.Write("{\"transaction_id\":\""u8);
        WriteId(text, output.Output.TransactionId);
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\",\"output_index\":{output.Output.Index}"), text);
        if (detail)
        {
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"amount\":\"{output.Amount}\",\"asset_id\":\""), text);
            WriteId(text, output.AssetId);
            text.Write("\""u8);
        }

        text.Write("}"u8);
        return text.WrittenMemory;
    }

    private static void WriteId(ArrayBufferWriter<byte> text, in TransactionId id)
    {
        id.WriteHex(text.GetSpan(TransactionId.HexLength));
        text.Advance(TransactionId.HexLength);
    }
}
