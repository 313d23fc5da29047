using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>The books: what must be true of the stored chain, whatever happened.</summary>
/// <remarks>planetmint.md 7.</remarks>
internal static class ChainAudit
{
    private const int PageRows = 5000;

    /// <summary>Checks the whole chain in one snapshot.</summary>
    /// <returns>What is wrong, a sentence each; empty if the books hold.</returns>
    public static async ValueTask<IReadOnlyList<string>> RunAsync(Reads reads)
    {
        var faults = new List<string>();
        await CheckHeightsAsync(reads, faults);
        await CheckSpendsAsync(reads, faults);
        await CheckOutputsAsync(reads, faults);
        foreach (var (asset, difference) in await FindUnbalancedAsync(reads))
        {
            if (await TransactionTable.ReadPositionAsync(reads, asset) is not null)
                faults.Add($"Asset {asset}: what was created and what is unspent differ by {difference}.");
        }

        return faults;
    }

    private static async ValueTask CheckHeightsAsync(Reads reads, List<string> faults)
    {
        var gaps = await reads.ReadAsync("SELECT MAX(height) - MIN(height) + 1 - COUNT(*) FROM pm_block",
            static row => row.IsNull(0) ? 0 : row.Int64(0));
        if (gaps != 0) faults.Add($"{gaps} heights are missing between the first and the last block.");

        var wrong = await reads.ReadAsync(
            """
            SELECT COUNT(*) FROM pm_block b
            WHERE b.tx_count <> (SELECT COUNT(*) FROM pm_tx t WHERE t.position BETWEEN b.height * 1048576 AND b.height * 1048576 + 1048575)
            """,
            static row => row.Int64(0));
        if (wrong != 0) faults.Add($"{wrong} blocks do not hold as many transactions as they say.");
    }

    private static async ValueTask CheckSpendsAsync(Reads reads, List<string> faults)
    {
        var foreign = await reads.ReadAsync(
            """
            SELECT COUNT(*) FROM pm_spend s
            JOIN pm_tx t ON t.position = s.position
            JOIN pm_output o ON o.tx_id = s.spent_tx AND o.output_index = s.spent_index
            WHERE o.asset_id <> t.asset_id AND t.operation IN ('CREATE', 'TRANSFER')
            """,
            static row => row.Int64(0));
        if (foreign != 0) faults.Add($"{foreign} spends are of another asset than their transaction.");

        var orphans = await reads.ReadAsync(
            "SELECT COUNT(*) FROM pm_spend s WHERE NOT EXISTS (SELECT 1 FROM pm_tx t WHERE t.position = s.position)",
            static row => row.Int64(0));
        if (orphans != 0) faults.Add($"{orphans} spends are by transactions that are not there.");
    }

    private static async ValueTask CheckOutputsAsync(Reads reads, List<string> faults)
    {
        var strayed = await reads.ReadAsync(
            """
            SELECT COUNT(*) FROM pm_output o
            WHERE NOT EXISTS (SELECT 1 FROM pm_tx t WHERE t.id = o.tx_id AND t.position = o.position AND t.asset_id = o.asset_id)
            """,
            static row => row.Int64(0));
        if (strayed != 0) faults.Add($"{strayed} outputs are not where their transaction is, or of another asset.");
    }

    /// <summary>Per asset: Σ outputs of the CREATE − Σ unspent outputs, where that is not zero. What is both cancels.</summary>
    private static async ValueTask<IReadOnlyDictionary<TransactionId, Int128>> FindUnbalancedAsync(Reads reads)
    {
        var open = new Dictionary<TransactionId, Int128>();
        var page = await ReadPageAsync(reads, new AuditRow(default, -1, default, 0, false));
        while (page.Count > 0)
        {
            foreach (var row in page)
            {
                var difference = (row.Id == row.Asset ? row.Amount : (Int128)0) - (row.IsSpent ? 0 : row.Amount);
                if (difference == 0) continue;
                var sum = open.GetValueOrDefault(row.Asset) + difference;
                if (sum == 0) open.Remove(row.Asset);
                else open[row.Asset] = sum;
            }

            page = await ReadPageAsync(reads, page[^1]);
        }

        return open;
    }

    private static ValueTask<IReadOnlyList<AuditRow>> ReadPageAsync(Reads reads, AuditRow after) =>
        reads.ReadListAsync(
            """
            SELECT o.tx_id, o.output_index, o.asset_id, o.amount, s.position
            FROM pm_output o LEFT JOIN pm_spend s ON s.spent_tx = o.tx_id AND s.spent_index = o.output_index
            WHERE (o.tx_id, o.output_index) > ($1, $2) ORDER BY o.tx_id, o.output_index LIMIT $3
            """,
            static row => new AuditRow(OutputTable.ToId(row, 0), row.Int32(1), OutputTable.ToId(row, 2), row.Int64(3), !row.IsNull(4)),
            TransactionTable.Copy(after.Id), after.Index, PageRows);

    private sealed record AuditRow(TransactionId Id, int Index, TransactionId Asset, long Amount, bool IsSpent);
}
