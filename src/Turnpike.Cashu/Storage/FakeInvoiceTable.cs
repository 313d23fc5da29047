using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary><c>cashu_fake_invoice</c>. Whatever changes a row, or decides by one, holds <see cref="Lock"/>.</summary>
internal static class FakeInvoiceTable
{
    /// <summary>One invoice for a payment hash.</summary>
    public static readonly Constraint Key = new("cashu_fake_invoice", "cashu_fake_invoice_key", "payment_hash");

    private const string Columns =
        "payment_hash, preimage, request, amount_msat, is_foreign, expires_at, pay_at, settle_index, is_canceled";

    /// <summary>All invoices together: they share the order of settlement.</summary>
    public static Locks Lock { get; } = Locks.Of("cashu/fake/invoices");

    public static ValueTask<FakeInvoice?> ReadAsync(Reads reads, PaymentHash hash) =>
        reads.ReadAsync($"SELECT {Columns} FROM cashu_fake_invoice WHERE payment_hash = $1", Map, SqlValue.Copy(hash.Span));

    /// <summary>Those that pay themselves by now, the longest due first.</summary>
    public static ValueTask<IReadOnlyList<FakeInvoice>> ReadDueAsync(Reads reads, long now, int limit) => reads.ReadListAsync(
        $"SELECT {Columns} FROM cashu_fake_invoice WHERE pay_at IS NOT NULL AND pay_at <= $1 ORDER BY pay_at, payment_hash LIMIT $2",
        Map, now, limit);

    /// <summary>When the next pays itself; null if none does.</summary>
    public static ValueTask<long?> ReadNextDueAsync(Reads reads) => reads.ReadAsync<long?>(
        "SELECT pay_at FROM cashu_fake_invoice WHERE pay_at IS NOT NULL ORDER BY pay_at LIMIT 1", static row => row.Int64(0));

    /// <summary>Those that were paid after the one with this index, in order.</summary>
    public static ValueTask<IReadOnlyList<FakeInvoice>> ReadSettledAsync(Reads reads, long after, int limit) => reads.ReadListAsync(
        $"SELECT {Columns} FROM cashu_fake_invoice WHERE settle_index > $1 ORDER BY settle_index LIMIT $2", Map, after, limit);

    /// <summary>The index of the last one that was paid, or 0.</summary>
    public static ValueTask<long> ReadLastIndexAsync(Reads reads) =>
        reads.ReadAsync("SELECT COALESCE(MAX(settle_index), 0) FROM cashu_fake_invoice", static row => row.Int64(0));

    /// <summary>Adds one that is neither paid nor canceled.</summary>
    public static void Insert(Work work, FakeInvoice invoice, ProtocolError exists) => work.Write(
        """
        INSERT INTO cashu_fake_invoice
            (payment_hash, preimage, request, amount_msat, is_foreign, expires_at, pay_at, paid_at, settle_index, is_canceled)
        VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, NULL, 0)
        """,
        (Key, exists), SqlValue.Copy(invoice.PaymentHash.Span), SqlValue.Copy(invoice.Preimage.Span), invoice.Request,
        invoice.AmountMsat, invoice.IsForeign ? 1 : 0, invoice.ExpiresAt, invoice.PayAt);

    public static void Settle(Work work, PaymentHash hash, long index, long now) => work.Write(
        "UPDATE cashu_fake_invoice SET paid_at = $2, settle_index = $3, pay_at = NULL WHERE payment_hash = $1",
        SqlValue.Copy(hash.Span), now, index);

    public static void Cancel(Work work, PaymentHash hash) => work.Write(
        "UPDATE cashu_fake_invoice SET is_canceled = 1, pay_at = NULL WHERE payment_hash = $1", SqlValue.Copy(hash.Span));

    private static FakeInvoice Map(SqlRow row) => new()
    {
        PaymentHash = PaymentHash.TryRead(row.Bytes(0), out var hash) ? hash : throw new InvalidCastException("No payment hash"),
        Preimage = Preimage.TryRead(row.Bytes(1), out var preimage) ? preimage : throw new InvalidCastException("No preimage"),
        Request = row.Text(2),
        AmountMsat = row.IsNull(3) ? null : row.Int64(3),
        IsForeign = row.Int64(4) != 0,
        ExpiresAt = row.Int64(5),
        PayAt = row.IsNull(6) ? null : row.Int64(6),
        SettleIndex = row.IsNull(7) ? null : row.Int64(7),
        IsCanceled = row.Int64(8) != 0,
    };
}
