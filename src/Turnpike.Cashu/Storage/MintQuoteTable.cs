using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_mint_quote</c>: our invoices, and what was issued for them.</summary>
/// <remarks>docs/specs/cashu.md 7.3, 7.4 and 8.</remarks>
internal static class MintQuoteTable
{
    /// <summary>No more is issued than was paid.</summary>
    public static readonly Constraint Issued = new("cashu_mint_quote", "cashu_mint_quote_issued");

    /// <summary>No more is credited than was asked for.</summary>
    public static readonly Constraint Paid = new("cashu_mint_quote", "cashu_mint_quote_paid");

    private const string Columns =
        "id, method, unit, amount, request, payment_hash, node, pubkey, expiry, amount_paid, amount_issued, created, updated_at";

    private const string ById = $"SELECT {Columns} FROM cashu_mint_quote WHERE id = $1";

    /// <summary>Whoever decides about quotes, or prunes them, holds this.</summary>
    public static Locks Lock(params ReadOnlySpan<QuoteId> ids)
    {
        if (ids.Length == 1) return Locks.Of("cashu/mint-quote/" + ids[0].Value);
        var names = new string[ids.Length];
        for (var i = 0; i < names.Length; i++) names[i] = "cashu/mint-quote/" + ids[i].Value;
        return Locks.Of(names);
    }

    /// <summary>Whoever makes the quote of a payment hash, or keeps a payment that no quote knows, holds this.</summary>
    public static Locks Lock(Scalar paymentHash) => Locks.Of($"cashu/mint-payment/{paymentHash}");

    /// <summary>Both: for a payment of a quote.</summary>
    public static Locks Lock(QuoteId id, Scalar paymentHash) =>
        Locks.Of("cashu/mint-quote/" + id.Value, $"cashu/mint-payment/{paymentHash}");

    /// <summary>A quote; null if there is none.</summary>
    public static ValueTask<MintQuote?> ReadAsync(Reads reads, QuoteId id) => reads.ReadAsync(ById, Map, id.Value);

    /// <summary>Those of the quotes that there are, in the order asked for.</summary>
    public static ValueTask<IReadOnlyList<MintQuote>> ReadAsync(Reads reads, IReadOnlyList<QuoteId> ids) =>
        reads.ReadManyAsync(ById, [.. ids.Select(id => new SqlValue[] { id.Value })], Map);

    /// <summary>The quote of a payment hash; null if there is none.</summary>
    public static ValueTask<MintQuote?> ReadByHashAsync(Reads reads, Scalar paymentHash) => reads.ReadAsync(
        $"SELECT {Columns} FROM cashu_mint_quote WHERE payment_hash = $1", Map, SqlValue.Copy(paymentHash.Span));

    /// <summary>Quotes that are not paid, newest expiry first: their invoices may have been paid while nobody looked.</summary>
    public static ValueTask<IReadOnlyList<MintQuote>> ReadUnpaidAsync(Reads reads, long expiryBefore, QuoteId after, int limit) =>
        reads.ReadListAsync(
            $"""
            SELECT {Columns} FROM cashu_mint_quote
            WHERE amount_paid = 0 AND (expiry < $1 OR (expiry = $1 AND id > $2)) ORDER BY expiry DESC, id LIMIT $3
            """,
            Map, expiryBefore, after.Value ?? "", limit);

    /// <summary>Those of the quotes that nothing hangs on: never paid, by whatever amount, and not being paid by a melt of ours.</summary>
    public static ValueTask<IReadOnlyList<QuoteId>> ReadUnusedAsync(Reads reads, IReadOnlyList<QuoteId> ids) => reads.ReadManyAsync(
        """
        SELECT q.id FROM cashu_mint_quote q WHERE q.id = $1 AND q.amount_paid = 0
        AND NOT EXISTS (SELECT 1 FROM cashu_mint_payment m WHERE m.payment_id = q.payment_hash)
        AND NOT EXISTS (SELECT 1 FROM cashu_payment p WHERE p.payment_hash = q.payment_hash AND p.outcome IS NULL)
        """,
        [.. ids.Select(id => new SqlValue[] { id.Value })], static row => new QuoteId(row.Text(0)));

    /// <summary>Forgets a quote.</summary>
    public static void Delete(Work work, QuoteId id) => work.Write("DELETE FROM cashu_mint_quote WHERE id = $1", id.Value);

    /// <summary>Adds a quote from which nothing was issued yet.</summary>
    public static void Insert(Work work, MintQuote quote) => work.Write(
        $"INSERT INTO cashu_mint_quote ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $11)",
        quote.Id.Value, quote.Method, quote.Unit, SqlValue.Checked(quote.Amount), quote.Request, SqlValue.Copy(quote.PaymentHash.Span),
        SqlValue.Copy(quote.Node.Span), quote.Pubkey is { } key ? SqlValue.Copy(key.Span) : SqlValue.Null, quote.Expiry,
        SqlValue.Checked(quote.AmountPaid), quote.Created);

    /// <summary>Credits a quote; the constraint is the last word on how much.</summary>
    public static void Credit(Work work, QuoteId id, ulong amount, long updatedAt) => work.Write(
        "UPDATE cashu_mint_quote SET amount_paid = amount_paid + $2, updated_at = $3 WHERE id = $1",
        id.Value, SqlValue.Checked(amount), updatedAt);

    /// <summary>Issues a quote's ecash; the constraint is the last word on how much.</summary>
    /// <param name="work">The work, under the quote's lock.</param>
    /// <param name="quote">The quote as it will be.</param>
    /// <param name="amount">What is issued.</param>
    /// <param name="operation">The operation.</param>
    public static void Issue(Work work, MintQuote quote, ulong amount, OperationId operation) => work.Write(
        "UPDATE cashu_mint_quote SET amount_issued = amount_issued + $2, op_id = $3, updated_at = $4 WHERE id = $1",
        (Issued, CashuErrors.QuoteIssued), quote.Id.Value, SqlValue.Checked(amount), operation.ToBytes(), quote.UpdatedAt);

    private static MintQuote Map(SqlRow row) => new()
    {
        Id = new QuoteId(row.Text(0)),
        Method = row.Text(1),
        Unit = row.Text(2),
        Amount = (ulong)row.Int64(3),
        Request = row.Text(4),
        PaymentHash = StoredPoints.ReadScalar(row, 5),
        Node = StoredPoints.Read(row, 6),
        Pubkey = row.IsNull(7) ? null : StoredPoints.Read(row, 7),
        Expiry = row.IsNull(8) ? null : row.Int64(8),
        AmountPaid = (ulong)row.Int64(9),
        AmountIssued = (ulong)row.Int64(10),
        Created = row.Int64(11),
        UpdatedAt = row.Int64(12),
    };
}
