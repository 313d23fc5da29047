using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary><c>pm_asset_text</c> and <c>pm_metadata_text</c>: the full text index over string values.</summary>
internal static class TextTable
{
    private const string Assets = "pm_asset_text";
    private const string Metadata = "pm_metadata_text";

    /// <summary>The transactions whose asset data match, best first, of equal ones the newest first.</summary>
    public static ValueTask<IReadOnlyList<StoredBody>> SearchAssetsAsync(Reads reads, SearchTerms terms, int limit) =>
        SearchAsync(reads, Assets, terms, limit);

    /// <summary>The transactions whose metadata match, best first, of equal ones the newest first.</summary>
    public static ValueTask<IReadOnlyList<StoredBody>> SearchMetadataAsync(Reads reads, SearchTerms terms, int limit) =>
        SearchAsync(reads, Metadata, terms, limit);

    /// <summary>Appends a block's texts.</summary>
    public static void Write(Work work, CommittedBlock block)
    {
        var assets = new List<(long, string)>();
        var metadata = new List<(long, string)>();
        for (var i = 0; i < block.Transactions.Count; i++)
        {
            var transaction = block.Transactions[i];
            if (transaction.AssetText is { } words) assets.Add((block.Position(i).Value, words));
            if (transaction.MetadataText is { } others) metadata.Add((block.Position(i).Value, others));
        }

        var index = TextIndex.Of(work);
        index.Write(work, Assets, assets);
        index.Write(work, Metadata, metadata);
    }

    private static ValueTask<IReadOnlyList<StoredBody>> SearchAsync(Reads reads, string table, SearchTerms terms, int limit)
    {
        var index = TextIndex.Of(reads);
        return reads.ReadListAsync(index.Search(table), TransactionTable.ToBody, index.Match(terms), limit);
    }
}
