using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>The books: what must be true of the mint's tables, whatever happened.</summary>
/// <remarks>docs/specs/cashu.md 7.6.</remarks>
internal static class MintAudit
{
    // Sums of sums may leave 64 bits: both halves are summed, and joined in 128.
    private const long Half = 4_294_967_296;

    private const string Sum =
        "CAST(COALESCE(SUM({0} / 4294967296), 0) AS BIGINT), CAST(COALESCE(SUM({0} % 4294967296), 0) AS BIGINT)";

    /// <summary>Checks all books in one snapshot.</summary>
    /// <returns>What is wrong, a sentence each; empty if the books hold.</returns>
    public static async ValueTask<IReadOnlyList<string>> RunAsync(Reads reads)
    {
        var faults = new List<string>();
        foreach (var books in await ReadAsync(reads))
        {
            if (books.Difference == 0) continue;
            faults.Add($"{books.Unit}: credited {books.Credited} − unissued {books.Unissued} − paid out {books.PaidOut} is not "
                + $"outstanding {books.Outstanding} + kept {books.Kept}; the difference is {books.Difference}.");
        }

        foreach (var keyset in await ReadKeysetsAsync(reads))
        {
            if (keyset.Redeemed > keyset.Issued)
                faults.Add($"Keyset {keyset.No} ({keyset.Unit}): redeemed {keyset.Redeemed}, more than issued {keyset.Issued}.");
        }

        await CheckRowsAsync(reads, faults);
        return faults;
    }

    /// <summary>The books of each unit.</summary>
    public static async ValueTask<IReadOnlyList<Books>> ReadAsync(Reads reads)
    {
        var credited = await SumsAsync(reads, "q.unit", "p.amount", "cashu_mint_payment p JOIN cashu_mint_quote q ON q.id = p.quote");
        var unissued = await SumsAsync(reads, "unit", "(amount_paid - amount_issued)", "cashu_mint_quote");
        var paid = await SumsAsync(reads, "unit", "(ln_amount + ln_fee)", "cashu_op WHERE kind = 'melt' AND closed = 1");
        var fees = await SumsAsync(reads, "unit", "fee", "cashu_op WHERE closed = 1");
        var surplus = await SumsAsync(reads, "unit", "surplus", "cashu_op WHERE closed = 1");
        var keysets = await ReadKeysetsAsync(reads);
        return
        [
            .. keysets.Select(k => k.Unit).Concat(credited.Keys).Concat(unissued.Keys).Concat(fees.Keys).Distinct().Order().Select(unit =>
                new Books(unit, credited.GetValueOrDefault(unit), unissued.GetValueOrDefault(unit), paid.GetValueOrDefault(unit),
                    keysets.Where(k => k.Unit == unit).Aggregate(Int128.Zero, (sum, k) => sum + k.Issued - k.Redeemed),
                    fees.GetValueOrDefault(unit) + surplus.GetValueOrDefault(unit))),
        ];
    }

    /// <summary>What each keyset has signed and taken back.</summary>
    public static async ValueTask<IReadOnlyList<KeysetBooks>> ReadKeysetsAsync(Reads reads)
    {
        var issued = await SumsAsync(reads, "CAST(keyset_no AS TEXT)", "amount", "cashu_promise");
        var redeemed = await SumsAsync(reads, "CAST(keyset_no AS TEXT)", "amount", "cashu_proof WHERE state = 2");
        var keysets = await reads.ReadListAsync("SELECT no, unit, redeemed_pruned, CAST(no AS TEXT) AS name FROM cashu_keyset ORDER BY no",
            static row => (No: row.Int32(0), Unit: row.Text(1), Pruned: row.Int64(2), Name: row.Text(3)));
        return
        [
            .. keysets.Select(k => new KeysetBooks(
                k.No, k.Unit, issued.GetValueOrDefault(k.Name), redeemed.GetValueOrDefault(k.Name) + k.Pruned)),
        ];
    }

    private static async ValueTask<Dictionary<string, Int128>> SumsAsync(Reads reads, string by, string amount, string from)
    {
        var sum = Sum.Replace("{0}", amount, StringComparison.Ordinal);
        var rows = await reads.ReadListAsync(
            $"SELECT {by}, {sum} FROM {from} GROUP BY 1", static row => (row.Text(0), (Int128)row.Int64(1) * Half + row.Int64(2)));
        return rows.ToDictionary();
    }

    private static async ValueTask CheckRowsAsync(Reads reads, List<string> faults)
    {
        foreach (var (sql, what) in s_rows)
        {
            var count = await reads.ReadAsync(sql, static row => row.Int64(0));
            if (count != 0) faults.Add($"{count} {what}.");
        }
    }

    /// <summary>Each counts rows that must not be.</summary>
    private static readonly (string Sql, string What)[] s_rows =
    [
        ("""
         SELECT COUNT(*) FROM cashu_mint_quote q WHERE q.amount_paid <>
         (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM cashu_mint_payment p
          WHERE p.payment_id = q.payment_hash AND p.quote = q.id)
         """, "mint quotes are credited with something else than what was paid to them"),
        ("""
         SELECT COUNT(*) FROM cashu_mint_payment p
         WHERE p.amount <> 0 AND NOT EXISTS (SELECT 1 FROM cashu_mint_quote q WHERE q.id = p.quote AND q.payment_hash = p.payment_id)
         """, "payments are credited to quotes that are not theirs"),
        ("""
         SELECT COUNT(*) FROM cashu_op o WHERE o.closed = 1 AND o.amount_out <>
         (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM cashu_promise p WHERE p.op_id = o.id)
         """, "operations gave other amounts than they say"),
        ("""
         SELECT COUNT(*) FROM cashu_promise p
         WHERE NOT EXISTS (SELECT 1 FROM cashu_op o JOIN cashu_keyset k ON k.unit = o.unit WHERE o.id = p.op_id AND k.no = p.keyset_no)
         """, "promises are of no operation, or of another unit than it"),
        ("""
         SELECT COUNT(*) FROM cashu_proof p
         WHERE NOT EXISTS (SELECT 1 FROM cashu_op o JOIN cashu_keyset k ON k.unit = o.unit WHERE o.id = p.op_id AND k.no = p.keyset_no)
         """, "proofs are of no operation, or of another unit than it"),
        ("""
         SELECT COUNT(*) FROM cashu_mint_quote q WHERE q.amount_issued > 0
         AND NOT EXISTS (SELECT 1 FROM cashu_op o WHERE o.id = q.op_id AND o.kind IN ('mint', 'batch') AND o.unit = q.unit)
         """, "mint quotes were issued by no operation"),
        ("""
         SELECT COUNT(*) FROM cashu_proof p WHERE p.state = 1
         AND NOT EXISTS (SELECT 1 FROM cashu_melt_quote q WHERE q.id = p.melt_quote AND q.state = 1)
         """, "proofs are held by no melt"),
        ("""
         SELECT COUNT(*) FROM cashu_melt_quote q WHERE q.state = 1
         AND NOT EXISTS (SELECT 1 FROM cashu_payment p WHERE p.quote = q.id AND p.outcome IS NULL)
         """, "melt quotes are PENDING without a payment under way"),
    ];
}
