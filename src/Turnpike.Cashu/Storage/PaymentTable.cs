using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_payment</c>: what we are to pay, and what became of it. Whatever changes a row holds its melt quote's lock.</summary>
/// <remarks>docs/specs/cashu.md 7.5 and 8.</remarks>
internal static class PaymentTable
{
    /// <summary>An invoice is paid by one attempt at a time.</summary>
    public static readonly Constraint OpenHash = new("cashu_payment", "cashu_payment_open_hash", "payment_hash");

    private const string Columns =
        "quote, attempt, payment_hash, internal, amount_msat, max_fee_msat, node, seen_index, shown, owner, started, ask_at, outcome, "
        + "error, released";

    // Open ones, and those that were given back and are still asked about.
    private const string Live = "ask_at IS NOT NULL";

    /// <summary>A payment; null if there is none.</summary>
    public static ValueTask<StoredPayment?> ReadAsync(Reads reads, PaymentKey key) => reads.ReadAsync(
        $"SELECT {Columns} FROM cashu_payment WHERE quote = $1 AND attempt = $2", Map, key.Quote.Value, key.Attempt);

    /// <summary>All attempts of a quote, in their order.</summary>
    public static ValueTask<IReadOnlyList<StoredPayment>> ReadAsync(Reads reads, QuoteId quote) => reads.ReadListAsync(
        $"SELECT {Columns} FROM cashu_payment WHERE quote = $1 ORDER BY attempt", Map, quote.Value);

    /// <summary>The number of a quote's last attempt, or 0.</summary>
    public static ValueTask<int> ReadLastAttemptAsync(Reads reads, QuoteId quote) => reads.ReadAsync(
        "SELECT COALESCE(MAX(attempt), 0) FROM cashu_payment WHERE quote = $1", static row => row.Int32(0), quote.Value);

    /// <summary>Payments of a server that are to be looked at: open ones, and failed ones that are due.</summary>
    public static ValueTask<IReadOnlyList<PaymentKey>> ReadDueAsync(Reads reads, string owner, long now, int limit) => reads.ReadListAsync(
        $"""
        SELECT quote, attempt FROM cashu_payment
        WHERE {Live} AND owner = $1 AND (outcome IS NULL OR ask_at <= $2) ORDER BY ask_at, quote LIMIT $3
        """,
        static row => new PaymentKey(new QuoteId(row.Text(0)), row.Int32(1)), owner, now, limit);

    /// <summary>Open payments, the oldest first.</summary>
    public static ValueTask<IReadOnlyList<StoredPayment>> ReadOpenAsync(Reads reads, int limit) => reads.ReadListAsync(
        $"SELECT {Columns} FROM cashu_payment WHERE outcome IS NULL ORDER BY started, quote LIMIT $1", Map, limit);

    /// <summary>When the oldest open payment was written, unix seconds; null if none is open.</summary>
    public static ValueTask<long?> ReadOldestAsync(Reads reads) => reads.ReadAsync<long?>(
        "SELECT started FROM cashu_payment WHERE outcome IS NULL ORDER BY started LIMIT 1", static row => row.Int64(0));

    /// <summary>The servers, other than this one, that own payments which are open or asked about.</summary>
    public static ValueTask<IReadOnlyList<string>> ReadOtherOwnersAsync(Reads reads, string owner) => reads.ReadListAsync(
        $"SELECT DISTINCT owner FROM cashu_payment WHERE {Live} AND owner <> $1 ORDER BY owner", static row => row.Text(0), owner);

    /// <summary>Takes over what a server that is gone has left behind.</summary>
    public static void TakeOver(Work work, string from, string to) =>
        work.Write($"UPDATE cashu_payment SET owner = $2 WHERE {Live} AND owner = $1", from, to);

    /// <summary>Adds one without an outcome.</summary>
    public static void Insert(Work work, StoredPayment payment) => work.Write(
        """
        INSERT INTO cashu_payment (quote, attempt, payment_hash, internal, amount_msat, max_fee_msat, owner, started, ask_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        """,
        (OpenHash, CashuErrors.InvoicePaid), payment.Key.Quote.Value, payment.Key.Attempt, SqlValue.Copy(payment.PaymentHash.Span),
        payment.IsInternal ? 1 : 0, payment.AmountMsat, payment.MaxFeeMsat, payment.Owner, payment.Started);

    /// <summary>Notes what the node has of the hash, before the first send.</summary>
    public static void WriteNote(Work work, PaymentKey key, PaymentNote note) => work.Write(
        "UPDATE cashu_payment SET node = $3, seen_index = $4 WHERE quote = $1 AND attempt = $2",
        key.Quote.Value, key.Attempt, SqlValue.Copy(note.Node.Span), note.Index);

    /// <summary>Keeps that the node has shown the payment; or forgets it, so that it can be sent again.</summary>
    public static void WriteShown(Work work, PaymentKey key, bool isShown) => work.Write(
        "UPDATE cashu_payment SET shown = $3 WHERE quote = $1 AND attempt = $2", key.Quote.Value, key.Attempt, isShown ? 1 : 0);

    /// <summary>Closes one that was paid.</summary>
    public static void ClosePaid(Work work, PaymentKey key, long now) => work.Write(
        "UPDATE cashu_payment SET outcome = 'paid', error = NULL, ask_at = NULL, closed = $3 WHERE quote = $1 AND attempt = $2",
        key.Quote.Value, key.Attempt, now);

    /// <summary>Closes one that failed.</summary>
    /// <param name="work">The work.</param>
    /// <param name="key">Which.</param>
    /// <param name="error">What whoever waits is told.</param>
    /// <param name="released">The inputs that are free again.</param>
    /// <param name="askAt">When the node is asked whether it paid after all; null if nothing was sent.</param>
    /// <param name="now">Unix seconds.</param>
    public static void CloseFailed(
        Work work, PaymentKey key, ProtocolError error, IReadOnlyList<StoredProof> released, long? askAt, long now) => work.Write(
        """
        UPDATE cashu_payment SET outcome = 'failed', error = $3, released = $4, ask_at = $5, closed = $6
        WHERE quote = $1 AND attempt = $2
        """,
        key.Quote.Value, key.Attempt, error.Code, ReleasedInput.Write(released), askAt, now);

    /// <summary>When a failed one is asked about next; null for never again.</summary>
    public static void WriteAskAt(Work work, PaymentKey key, long? askAt) => work.Write(
        "UPDATE cashu_payment SET ask_at = $3 WHERE quote = $1 AND attempt = $2", key.Quote.Value, key.Attempt, askAt);

    private static StoredPayment Map(SqlRow row) => new()
    {
        Key = new PaymentKey(new QuoteId(row.Text(0)), row.Int32(1)),
        PaymentHash = StoredPoints.ReadScalar(row, 2),
        IsInternal = row.Int64(3) != 0,
        AmountMsat = row.Int64(4),
        MaxFeeMsat = row.Int64(5),
        Note = row.IsNull(6) ? null : new PaymentNote(StoredPoints.Read(row, 6), row.Int64(7)),
        IsShown = row.Int64(8) != 0,
        Owner = row.Text(9),
        Started = row.Int64(10),
        AskAt = row.IsNull(11) ? null : row.Int64(11),
        Outcome = row.IsNull(12) ? PaymentOutcome.Open : row.Text(12) == "paid" ? PaymentOutcome.Paid : PaymentOutcome.Failed,
        Error = row.IsNull(13) ? null : row.Int32(13),
        Released = row.IsNull(14) ? [] : ReleasedInput.Read(row.Bytes(14)),
    };
}
