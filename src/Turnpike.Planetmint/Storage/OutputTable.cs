using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary><c>pm_output</c>, <c>pm_output_key</c> and <c>pm_owner</c>: what was made, for whom, and by whom.</summary>
internal static class OutputTable
{
    private static readonly string[] OutputColumns =
        ["tx_id", "output_index", "asset_id", "amount", "condition", "owners", "position"];

    private static readonly string[] KeyColumns = ["public_key", "position", "output_index"];
    private static readonly string[] OwnerColumns = ["public_key", "position"];

    /// <summary>Those of the outputs that exist, spent or not.</summary>
    public static async ValueTask<IReadOnlyDictionary<OutputRef, StoredOutput>> ReadAsync(Reads reads, IReadOnlyList<OutputRef> outputs)
    {
        var rows = await reads.ReadManyAsync(
            "SELECT tx_id, output_index, asset_id, amount, condition, owners FROM pm_output WHERE tx_id = $1 AND output_index = $2",
            [.. outputs.Select(Key)],
            static row => (Output: ToRef(row), Stored: new StoredOutput(ToId(row, 2), row.Int64(3), row.Bytes(4), row.Bytes(5))));
        return rows.ToDictionary(r => r.Output, r => r.Stored);
    }

    /// <summary>A page of the outputs whose condition contains a key, in order of the chain.</summary>
    /// <param name="reads">Where from.</param>
    /// <param name="key">The key.</param>
    /// <param name="spent">Only spent ones, only unspent ones, or null for all.</param>
    /// <param name="after">Begins behind this place, and behind <paramref name="afterIndex"/> at this place.</param>
    /// <param name="afterIndex">See there; −1 for all outputs at it.</param>
    /// <param name="upTo">Ends with this place.</param>
    /// <param name="limit">At most so many.</param>
    public static ValueTask<IReadOnlyList<OwnedOutput>> ReadOwnedAsync(
        Reads reads, OwnerKey key, bool? spent, ChainPosition after, int afterIndex, ChainPosition upTo, int limit) =>
        reads.ReadListAsync(
            """
            SELECT o.tx_id, o.output_index, o.asset_id, o.amount, k.position
            FROM pm_output_key k
            JOIN pm_tx t ON t.position = k.position
            JOIN pm_output o ON o.tx_id = t.id AND o.output_index = k.output_index
            LEFT JOIN pm_spend s ON s.spent_tx = o.tx_id AND s.spent_index = o.output_index
            WHERE k.public_key = $1 AND (k.position, k.output_index) > ($2, $3) AND k.position <= $4
              AND ($5 < 0 OR CASE WHEN s.position IS NULL THEN 0 ELSE 1 END = $5)
            ORDER BY k.position, k.output_index LIMIT $6
            """,
            static row => new OwnedOutput(ToRef(row), ToId(row, 2), row.Int64(3), new ChainPosition(row.Int64(4))),
            SqlValue.Copy(key.Span), after.Value, afterIndex, upTo.Value, spent switch { null => -1, true => 1, false => 0 }, limit);

    /// <summary>Appends what a block made, and who signed for it.</summary>
    public static void Write(Work work, CommittedBlock block)
    {
        var outputs = new List<SqlValue[]>();
        var keys = new List<SqlValue[]>();
        var owners = new List<SqlValue[]>();
        for (var i = 0; i < block.Transactions.Count; i++)
        {
            var transaction = block.Transactions[i];
            var position = block.Position(i).Value;
            var id = TransactionTable.Copy(transaction.Id);
            foreach (var owner in transaction.OwnersBefore) owners.Add([SqlValue.Copy(owner.Span), position]);
            for (var o = 0; o < transaction.Outputs.Count; o++)
            {
                var stored = transaction.Outputs[o].ToStored(transaction.AssetId);
                outputs.Add([id, o, TransactionTable.Copy(stored.AssetId), stored.Amount, stored.Condition, stored.Owners, position]);
                foreach (var key in transaction.Outputs[o].Keys) keys.Add([SqlValue.Copy(key.Span), position, o]);
            }
        }

        work.WriteMany("pm_output", OutputColumns, outputs);
        work.WriteMany("pm_output_key", KeyColumns, keys);
        work.WriteMany("pm_owner", OwnerColumns, owners);
    }

    /// <summary>The key of an output's row.</summary>
    public static SqlValue[] Key(OutputRef output) => [TransactionTable.Copy(output.TransactionId), output.Index];

    /// <summary>Maps the first two columns, transaction and index.</summary>
    public static OutputRef ToRef(SqlRow row) => new(ToId(row, 0), row.Int32(1));

    /// <summary>Maps a column of 32 bytes.</summary>
    public static TransactionId ToId(SqlRow row, int column)
    {
        Span<byte> id = stackalloc byte[TransactionId.Length];
        row.CopyBytes(column, id);
        return new TransactionId(id);
    }
}
