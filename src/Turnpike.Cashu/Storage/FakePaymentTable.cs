using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>
/// <c>cashu_fake_payment</c>: one row for a payment hash. Whatever changes one, or decides by it, holds <see cref="Lock"/>.
/// </summary>
internal static class FakePaymentTable
{
    private const string Columns = "payment_hash, idx, pays, state, preimage, fee_msat, settle_at, fails, hidden";

    /// <summary>All payments together: they share their numbering.</summary>
    public static Locks Lock { get; } = Locks.Of("cashu/fake/payments");

    public static ValueTask<FakePayment?> ReadAsync(Reads reads, PaymentHash hash) =>
        reads.ReadAsync($"SELECT {Columns} FROM cashu_fake_payment WHERE payment_hash = $1", Map, SqlValue.Copy(hash.Span));

    /// <summary>The highest index given, or 0.</summary>
    public static ValueTask<long> ReadLastIndexAsync(Reads reads) =>
        reads.ReadAsync("SELECT COALESCE(MAX(idx), 0) FROM cashu_fake_payment", static row => row.Int64(0));

    public static void Insert(Work work, FakePayment payment) => work.Write(
        """
        INSERT INTO cashu_fake_payment (payment_hash, idx, pays, state, preimage, fee_msat, settle_at, fails, hidden)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        Values(payment));

    /// <summary>Writes every column of the payment's row.</summary>
    public static void Update(Work work, FakePayment payment) => work.Write(
        """
        UPDATE cashu_fake_payment
        SET idx = $2, pays = $3, state = $4, preimage = $5, fee_msat = $6, settle_at = $7, fails = $8, hidden = $9
        WHERE payment_hash = $1
        """,
        Values(payment));

    private static SqlValue[] Values(FakePayment payment) =>
    [
        SqlValue.Copy(payment.PaymentHash.Span), payment.Index, payment.Pays, (long)payment.State, SqlValue.Copy(payment.Preimage.Span),
        payment.FeeMsat, payment.SettleAt, payment.Fails, payment.IsHidden ? 1 : 0,
    ];

    private static FakePayment Map(SqlRow row) => new()
    {
        PaymentHash = PaymentHash.TryRead(row.Bytes(0), out var hash) ? hash : throw new InvalidCastException("No payment hash"),
        Index = row.Int64(1),
        Pays = row.Int64(2),
        State = (FakePaymentState)row.Int64(3),
        Preimage = Preimage.TryRead(row.Bytes(4), out var preimage) ? preimage : throw new InvalidCastException("No preimage"),
        FeeMsat = row.Int64(5),
        SettleAt = row.Int64(6),
        Fails = row.IsNull(7) ? null : row.Text(7),
        IsHidden = row.Int64(8) != 0,
    };
}
