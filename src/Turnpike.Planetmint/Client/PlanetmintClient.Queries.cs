using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>A block as the HTTP API gives it.</summary>
/// <param name="Height">Its height; 0 is genesis, without transactions.</param>
/// <param name="Transactions">Its transactions in order.</param>
public sealed record BlockContent(long Height, IReadOnlyList<Transaction> Transactions);

/// <summary>A match of a search.</summary>
/// <param name="Id">The asset's id, or the transaction whose metadata matched.</param>
/// <param name="Json">The asset's data, or the metadata, as JSON text.</param>
public sealed record SearchHit(TransactionId Id, string Json);

public sealed partial class PlanetmintClient
{
    /// <summary>A committed transaction.</summary>
    /// <returns>Null if there is none with this id.</returns>
    /// <exception cref="HttpRequestException">The node is not there, or failed.</exception>
    public async Task<Transaction?> GetTransactionAsync(TransactionId id, CancellationToken cancellation) =>
        await _http.GetBytesAsync($"transactions/{id}", cancellation) is { } body ? Parse(body) : null;

    /// <summary>The transactions of an asset, in the order in which they were committed, read page by page.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="operation">Only CREATE or only TRANSFER; null for both.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="HttpRequestException">The node is not there, or failed.</exception>
    public async IAsyncEnumerable<Transaction> GetTransactionsAsync(
        TransactionId asset, Operation? operation, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = $"transactions?asset_id={asset}{(operation is { } o ? $"&operation={Name(o)}" : "")}&limit={_options.PageSize}";
        for (var after = ""; ;)
        {
            var page = await ListAsync(query + after, cancellation);
            foreach (var element in page) yield return Parse(element);
            if (page.Count < _options.PageSize) yield break;
            after = $"&after={page[^1].GetProperty("id").GetString()}";
        }
    }

    /// <summary>The newest transaction of an asset.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="operation">Only CREATE or only TRANSFER; null for both.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <returns>Null if the asset has none.</returns>
    public async Task<Transaction?> GetLastTransactionAsync(TransactionId asset, Operation? operation, CancellationToken cancellation)
    {
        var query = $"transactions?asset_id={asset}{(operation is { } o ? $"&operation={Name(o)}" : "")}&last_tx=true";
        var found = await ListAsync(query, cancellation);
        return found.Count == 0 ? null : Parse(found[0]);
    }

    /// <summary>The outputs whose condition names a key, in the order in which they were committed, read page by page.</summary>
    /// <param name="key">The key; it may be one of several in the condition.</param>
    /// <param name="spent">Only the spent or only the unspent ones; null for both.</param>
    /// <param name="detail">True asks for amounts and assets too, which only Turnpike tells.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <remarks>A page may end between two outputs of one transaction, and a page begins after a transaction:
    /// the last transaction of a full page is therefore left to the next.</remarks>
    public async IAsyncEnumerable<OwnedOutput> GetOutputsAsync(
        OwnerKey key, bool? spent, bool detail, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = $"outputs?public_key={key}{(spent is { } s ? s ? "&spent=true" : "&spent=false" : "")}{(detail ? "&detail=true" : "")}";
        var limit = _options.PageSize;
        for (var after = ""; ;)
        {
            var page = await _http.GetAsync($"{query}&limit={limit}{after}", NodeJson.Default.ListOutputRow, cancellation) ?? [];
            var full = page.Count >= limit;
            var take = full ? page.FindLastIndex(row => row.TransactionId != page[^1].TransactionId) + 1 : page.Count;
            for (var i = 0; i < take; i++) yield return Output(page[i]);
            if (!full) yield break;
            if (take > 0) after = $"&after={page[take - 1].TransactionId}";
            else limit = checked(limit * 2);    // one transaction fills the whole page
        }
    }

    /// <summary>What a key can see unspent of each asset. Outputs that it shares with other keys count in full.</summary>
    /// <returns>The sum per asset; none with a sum of zero.</returns>
    public async Task<IReadOnlyDictionary<TransactionId, UInt128>> BalancesAsync(OwnerKey key, CancellationToken cancellation)
    {
        var sums = new Dictionary<TransactionId, UInt128>();
        await foreach (var output in GetOutputsAsync(key, spent: false, detail: true, cancellation))
        {
            var asset = output.AssetId ?? throw NoDetail();
            sums[asset] = sums.GetValueOrDefault(asset) + (ulong)(output.Amount ?? throw NoDetail());
        }
        return sums;
    }

    /// <summary>What a key can see unspent of one asset.</summary>
    public async Task<UInt128> BalanceAsync(OwnerKey key, TransactionId asset, CancellationToken cancellation) =>
        (await BalancesAsync(key, cancellation)).GetValueOrDefault(asset);

    /// <summary>A block.</summary>
    /// <returns>Null if the chain is not that high.</returns>
    public Task<BlockContent?> GetBlockAsync(long height, CancellationToken cancellation) =>
        BlockAsync(height.ToString(CultureInfo.InvariantCulture), cancellation);

    /// <summary>The highest block.</summary>
    public Task<BlockContent?> GetLatestBlockAsync(CancellationToken cancellation) => BlockAsync("latest", cancellation);

    /// <summary>The height of the block that holds a transaction; null if none does.</summary>
    public async Task<long?> FindBlockAsync(TransactionId id, CancellationToken cancellation) =>
        await _http.GetAsync($"blocks?transaction_id={id}", NodeJson.Default.ListInt64, cancellation) is [var height, ..] ? height : null;

    /// <summary>Assets whose data has the words, best match first.</summary>
    /// <param name="search">Words (any of them), <c>"a phrase"</c> (must occur), <c>-word</c> (must not).</param>
    /// <param name="limit">At most so many; 0 for as many as the node gives.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="PlanetmintClientException">The search is empty.</exception>
    public async Task<IReadOnlyList<SearchHit>> SearchAssetsAsync(string search, int limit, CancellationToken cancellation)
    {
        var rows = await _http.GetAsync($"assets?{Search(search, limit)}", NodeJson.Default.ListAssetRow, cancellation) ?? [];
        return [.. rows.Select(r => new SearchHit(Id(r.Id), r.Data.GetRawText()))];
    }

    /// <summary>Metadata that has the words, best match first; parameters as <see cref="SearchAssetsAsync"/>.</summary>
    public async Task<IReadOnlyList<SearchHit>> SearchMetadataAsync(string search, int limit, CancellationToken cancellation)
    {
        var rows = await _http.GetAsync($"metadata?{Search(search, limit)}", NodeJson.Default.ListMetadataRow, cancellation) ?? [];
        return [.. rows.Select(r => new SearchHit(Id(r.Id), r.Metadata.GetRawText()))];
    }

    private static string Search(string search, int limit) =>
        $"search={Uri.EscapeDataString(search)}{(limit > 0 ? $"&limit={limit}" : "")}";

    private async Task<BlockContent?> BlockAsync(string which, CancellationToken cancellation) =>
        await _http.GetAsync($"blocks/{which}", NodeJson.Default.BlockRow, cancellation) is { } block
            ? new(block.Height, [.. (block.Transactions ?? []).Select(Parse)])
            : null;

    private async Task<List<JsonElement>> ListAsync(string query, CancellationToken cancellation) =>
        await _http.GetAsync(query, NodeJson.Default.ListJsonElement, cancellation) ?? [];

    private static OwnedOutput Output(OutputRow row) => new(
        new OutputRef(Id(row.TransactionId), row.OutputIndex),
        row.Amount is { } amount ? long.Parse(amount, NumberStyles.None, CultureInfo.InvariantCulture) : null,
        row.AssetId is { } asset ? Id(asset) : null);

    private static TransactionId Id(string hex) =>
        TransactionId.TryParse(hex, out var id) ? id : throw new PlanetmintClientException($"The node sent '{hex}' for an id");

    private static PlanetmintClientException NoDetail() => new("The node does not tell the amounts of outputs (detail=true)");
}
