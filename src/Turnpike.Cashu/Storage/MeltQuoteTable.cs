using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A row of <c>cashu_melt_quote</c>.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Operation">The melt that holds it or has paid it; null while UNPAID.</param>
/// <param name="Blanks">How many blank outputs that melt came with; null where it came without a list of them.</param>
internal sealed record StoredMeltQuote(MeltQuote Quote, OperationId? Operation, int? Blanks);

/// <summary><c>cashu_melt_quote</c>: invoices that are to be paid for ecash.</summary>
/// <remarks>docs/specs/cashu.md 7.5 and 8.</remarks>
internal static class MeltQuoteTable
{
    /// <summary>An invoice is paid by one quote.</summary>
    public static readonly Constraint Hash = new("cashu_melt_quote", "cashu_melt_quote_hash", "payment_hash");

    private const string Columns =
        "id, method, unit, request, payment_hash, amount, amount_msat, fee_reserve, state, expiry, preimage, fee_paid, created, updated_at";

    private const string ById = $"SELECT {Columns}, op_id, blanks FROM cashu_melt_quote WHERE id = $1";

    private const string Unused =
        "q.state = 0 AND NOT EXISTS (SELECT 1 FROM cashu_payment p WHERE p.quote = q.id AND p.ask_at IS NOT NULL)";

    /// <summary>What whoever decides about a quote holds.</summary>
    public static string LockName(QuoteId id) => "cashu/melt-quote/" + id.Value;

    /// <summary>Whoever decides about a quote holds this.</summary>
    public static Locks Lock(QuoteId id) => Locks.Of(LockName(id));

    /// <summary>Whoever decides about several holds this.</summary>
    public static Locks Lock(IReadOnlyList<QuoteId> ids) => Locks.Of([.. ids.Select(LockName)]);

    /// <summary>A melt quote and a mint quote that it pays, with the payment.</summary>
    public static Locks Lock(QuoteId melt, MintQuote mint) =>
        Locks.Of([LockName(melt), .. MintQuoteTable.Lock(mint.Id, mint.PaymentHash).Names]);

    /// <summary>A quote; null if there is none.</summary>
    public static ValueTask<StoredMeltQuote?> ReadAsync(Reads reads, QuoteId id) =>
        reads.ReadAsync(ById, Map, id.Value);

    /// <summary>The quote that pays an invoice or has paid it; null if none does.</summary>
    public static async ValueTask<MeltQuote?> ReadTakenAsync(Reads reads, Scalar paymentHash) => (await reads.ReadAsync(
        $"SELECT {Columns}, op_id, blanks FROM cashu_melt_quote WHERE payment_hash = $1 AND state IN (1, 2)", Map,
        SqlValue.Copy(paymentHash.Span)))?.Quote;

    /// <summary>Adds one that is UNPAID.</summary>
    public static void Insert(Work work, MeltQuote quote) => work.Write(
        $"INSERT INTO cashu_melt_quote ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, NULL, 0, $10, $11)",
        quote.Id.Value, quote.Method, quote.Unit, quote.Request, SqlValue.Copy(quote.PaymentHash.Span), SqlValue.Checked(quote.Amount),
        quote.AmountMsat, SqlValue.Checked(quote.FeeReserve), quote.Expiry, quote.Created, quote.UpdatedAt);

    /// <summary>Writes what changes in a quote: its state, its preimage and fee, and the melt that it is of.</summary>
    public static void Update(Work work, StoredMeltQuote row) => work.Write(
        """
        UPDATE cashu_melt_quote SET state = $2, preimage = $3, fee_paid = $4, op_id = $5, blanks = $6, updated_at = $7 WHERE id = $1
        """,
        (Hash, CashuErrors.InvoicePaid), row.Quote.Id.Value, (int)row.Quote.State,
        row.Quote.Preimage is { } preimage ? SqlValue.Copy(preimage.Span) : SqlValue.Null, SqlValue.Checked(row.Quote.FeePaid),
        row.Operation?.ToBytes(), row.Blanks, row.Quote.UpdatedAt);

    /// <summary>Those of the quotes that there are, in the order asked for.</summary>
    public static ValueTask<IReadOnlyList<StoredMeltQuote>> ReadManyAsync(Reads reads, IReadOnlyList<QuoteId> ids) =>
        reads.ReadManyAsync(ById, [.. ids.Select(id => new SqlValue[] { id.Value })], Map);

    /// <summary>UNPAID quotes that can no longer be melted, the oldest first; none whose node is still asked about an attempt.</summary>
    public static ValueTask<IReadOnlyList<QuoteId>> ReadUnusedAsync(Reads reads, long expiryBefore, int limit) => reads.ReadListAsync(
        $"SELECT q.id FROM cashu_melt_quote q WHERE {Unused} AND q.expiry < $1 ORDER BY q.expiry, q.id LIMIT $2",
        static row => new QuoteId(row.Text(0)), expiryBefore, limit);

    /// <summary>Those of the quotes that are so.</summary>
    public static ValueTask<IReadOnlyList<QuoteId>> ReadUnusedAsync(Reads reads, IReadOnlyList<QuoteId> ids) => reads.ReadManyAsync(
        $"SELECT q.id FROM cashu_melt_quote q WHERE {Unused} AND q.id = $1", [.. ids.Select(id => new SqlValue[] { id.Value })],
        static row => new QuoteId(row.Text(0)));

    /// <summary>Forgets a quote, and its attempts with it.</summary>
    public static void Delete(Work work, QuoteId id)
    {
        work.Write("DELETE FROM cashu_payment WHERE quote = $1", id.Value);
        work.Write("DELETE FROM cashu_melt_quote WHERE id = $1", id.Value);
    }

    private static StoredMeltQuote Map(SqlRow row) => new(
        new MeltQuote
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
        },
        row.IsNull(14) ? null : new OperationId(new Guid(row.Bytes(14), bigEndian: true)), row.IsNull(15) ? null : row.Int32(15));
}
