using System.Text;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary><c>pm_tx</c>: the log of everything committed, in order of position.</summary>
internal static class TransactionTable
{
    /// <summary>Each transaction is committed at most once.</summary>
    public static readonly Constraint IdKey = new("pm_tx", "pm_tx_id", "id");

    private static readonly string[] Columns = ["position", "id", "operation", "asset_id", "body", "data_hash", "metadata_hash"];

    /// <summary>Those of the ids that are committed.</summary>
    public static async ValueTask<IReadOnlySet<TransactionId>> ReadKnownAsync(Reads reads, IReadOnlyList<TransactionId> ids)
    {
        var known = await reads.ReadManyAsync("SELECT id FROM pm_tx WHERE id = $1", [.. ids.Select(Key)], ToId);
        return known.ToHashSet();
    }

    /// <summary>One transaction; null where there is none.</summary>
    public static ValueTask<StoredBody?> ReadAsync(Reads reads, in TransactionId id) =>
        reads.ReadAsync("SELECT position, body FROM pm_tx WHERE id = $1", ToOptionalBody, Copy(id));

    /// <summary>Where a transaction is; null where there is none.</summary>
    public static ValueTask<ChainPosition?> ReadPositionAsync(Reads reads, in TransactionId id) =>
        reads.ReadAsync(
            "SELECT position FROM pm_tx WHERE id = $1", static row => (ChainPosition?)new ChainPosition(row.Int64(0)), Copy(id));

    /// <summary>The last id up to and with a place; null if the chain begins behind it.</summary>
    public static ValueTask<TransactionId?> ReadLastIdAsync(Reads reads, ChainPosition upTo) =>
        reads.ReadAsync("SELECT id FROM pm_tx WHERE position <= $1 ORDER BY position DESC LIMIT 1",
            static row => (TransactionId?)ToId(row), upTo.Value);

    /// <summary>A page of the log.</summary>
    /// <param name="reads">Where from.</param>
    /// <param name="after">Begins behind this place.</param>
    /// <param name="upTo">Ends with this place.</param>
    /// <param name="limit">At most so many.</param>
    public static ValueTask<IReadOnlyList<StoredBody>> ReadRangeAsync(Reads reads, ChainPosition after, ChainPosition upTo, int limit) =>
        reads.ReadListAsync("SELECT position, body FROM pm_tx WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3",
            ToBody, after.Value, upTo.Value, limit);

    /// <summary>A page of some assets' transactions, in order of the chain.</summary>
    /// <remarks>The CREATE by its id, the others by the index that has only them: who asks for the CREATE passes over none.</remarks>
    /// <param name="reads">Where from.</param>
    /// <param name="assets">Which assets.</param>
    /// <param name="operation"><c>CREATE</c>, <c>TRANSFER</c>, or empty for both.</param>
    /// <param name="after">Begins behind this place.</param>
    /// <param name="upTo">Ends with this place.</param>
    /// <param name="limit">At most so many.</param>
    public static async ValueTask<IReadOnlyList<StoredBody>> ReadOfAssetsAsync(
        Reads reads, IReadOnlyList<TransactionId> assets, string operation, ChainPosition after, ChainPosition upTo, int limit)
    {
        var bodies = await reads.ReadManyAsync(
            """
            SELECT position, body FROM pm_tx
            WHERE id = $1 AND asset_id = id AND position > $2 AND position <= $3 AND ($4 = '' OR operation = $4)
            UNION ALL
            SELECT position, body FROM pm_tx
            WHERE $4 <> 'CREATE' AND asset_id = $1 AND asset_id <> id AND position > $2 AND position <= $3 AND ($4 = '' OR operation = $4)
            ORDER BY position LIMIT $5
            """,
            [.. assets.Select(asset => (SqlValue[])[Copy(asset), after.Value, upTo.Value, operation, limit])], ToBody);
        return assets.Count == 1 ? bodies : [.. bodies.OrderBy(b => b.Position).Take(limit)];
    }

    /// <summary>The newest transaction of some assets; none if they do not exist.</summary>
    public static async ValueTask<IReadOnlyList<StoredBody>> ReadNewestAsync(
        Reads reads, IReadOnlyList<TransactionId> assets, string operation)
    {
        var newest = await reads.ReadManyAsync(
            """
            SELECT position, body FROM pm_tx WHERE id = $1 AND asset_id = id AND ($2 = '' OR operation = $2)
            UNION ALL
            SELECT position, body FROM pm_tx
            WHERE $2 <> 'CREATE' AND asset_id = $1 AND asset_id <> id AND ($2 = '' OR operation = $2)
            ORDER BY position DESC LIMIT 1
            """,
            [.. assets.Select(asset => (SqlValue[])[Copy(asset), operation])], ToBody);
        return newest.Count == 0 ? newest : [newest.MaxBy(b => b.Position)];
    }

    /// <summary>Those whose asset data is exactly this string, in order of the chain.</summary>
    public static ValueTask<IReadOnlyList<StoredBody>> ReadByDataAsync(Reads reads, string data, int limit) =>
        reads.ReadListAsync("SELECT position, body FROM pm_tx WHERE data_hash = $1 ORDER BY position LIMIT $2", ToBody, Hash(data), limit);

    /// <summary>Those whose metadata is exactly this string, in order of the chain.</summary>
    public static ValueTask<IReadOnlyList<StoredBody>> ReadByMetadataAsync(Reads reads, string metadata, int limit) =>
        reads.ReadListAsync("SELECT position, body FROM pm_tx WHERE metadata_hash = $1 ORDER BY position LIMIT $2",
            ToBody, Hash(metadata), limit);

    /// <summary>Appends a block's transactions.</summary>
    public static void Write(Work work, CommittedBlock block)
    {
        var rows = new SqlValue[block.Transactions.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            var transaction = block.Transactions[i];
            var isText = transaction.Version == TransactionVersion.V3;
            rows[i] =
            [
                block.Position(i).Value, Copy(transaction.Id), transaction.OperationName, Copy(transaction.AssetId),
                transaction.CanonicalBody,
                isText && transaction.AssetText is { } data ? Hash(data) : SqlValue.Null,
                isText && transaction.MetadataText is { } metadata ? Hash(metadata) : SqlValue.Null,
            ];
        }

        work.WriteMany("pm_tx", Columns, rows);
    }

    /// <summary>The bytes of an id, as a value.</summary>
    public static SqlValue Copy(in TransactionId id) => SqlValue.Copy(id.Span);

    /// <summary>Maps a row of position and body.</summary>
    public static StoredBody ToBody(SqlRow row) => new(new ChainPosition(row.Int64(0)), row.Bytes(1));

    private static SqlValue[] Key(TransactionId id) => [Copy(id)];

    private static StoredBody? ToOptionalBody(SqlRow row) => ToBody(row);

    private static TransactionId ToId(SqlRow row)
    {
        Span<byte> id = stackalloc byte[TransactionId.Length];
        row.CopyBytes(0, id);
        return new TransactionId(id);
    }

    private static SqlValue Hash(string text)
    {
        var hash = new byte[Sha3.Length];
        Sha3.Hash256(Encoding.UTF8.GetBytes(text), hash);
        return hash;
    }
}
