using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A melt quote as wallets see it.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Change">What was signed of its blank outputs, in their order; null until PAID, or if no outputs had been given.</param>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
internal sealed record MeltQuoteView(MeltQuote Quote, IReadOnlyList<BlindSignature>? Change)
{
    private const string ById =
        """
        SELECT id, method, unit, request, payment_hash, amount, amount_msat, fee_reserve, state, expiry, preimage, fee_paid, created,
            updated_at, op_id, blanks
        FROM cashu_melt_quote WHERE id = $1
        """;

    private const string ChangeOf =
        """
        SELECT p.amount, k.id, p.c_, p.e, p.s FROM cashu_promise p JOIN cashu_keyset k ON k.no = p.keyset_no
        WHERE p.op_id = $1 AND p.c_ IS NOT NULL ORDER BY p.ord
        """;

    /// <summary>Those of the quotes that there are, in the order asked for.</summary>
    public static async ValueTask<IReadOnlyList<MeltQuoteView>> ReadAsync(Reads reads, IReadOnlyList<QuoteId> ids)
    {
        var rows = await reads.ReadManyAsync(ById, [.. ids.Select(id => new SqlValue[] { id.Value })], Map);
        var views = new List<MeltQuoteView>(rows.Count);
        foreach (var (quote, operation, hasBlanks) in rows)
        {
            var change = quote.State == MeltQuoteState.Paid && hasBlanks
                ? await reads.ReadListAsync(ChangeOf, MapChange, operation)
                : null;
            views.Add(new(quote, change));
        }

        return views;
    }

    private static (MeltQuote Quote, byte[]? Operation, bool HasBlanks) Map(SqlRow row) => (new MeltQuote
    {
        Id = new QuoteId(row.Text(0)),
        Method = row.Text(1),
        Unit = row.Text(2),
        Request = row.Text(3),
        PaymentHash = StoredPoints.ReadScalar(row, 4),
        Amount = (ulong)row.Int64(5),
        AmountMsat = row.Int64(6),
        FeeReserve = (ulong)row.Int64(7),
        State = (MeltQuoteState)row.Int32(8),
        Expiry = row.Int64(9),
        Preimage = row.IsNull(10) ? null : StoredPoints.ReadScalar(row, 10),
        FeePaid = (ulong)row.Int64(11),
        Created = row.Int64(12),
        UpdatedAt = row.Int64(13),
    }, row.IsNull(14) ? null : row.Bytes(14), !row.IsNull(15));

    private static BlindSignature MapChange(SqlRow row) => new((ulong)row.Int64(0), KeysetTable.ReadId(row, 1), StoredPoints.Read(row, 2),
        new Dleq(StoredPoints.ReadScalar(row, 3), StoredPoints.ReadScalar(row, 4)));
}
