using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>How the mint learned of a payment.</summary>
internal enum PaymentSource
{
    /// <summary>The node's stream of payments.</summary>
    Stream,

    /// <summary>The node was asked about the invoice.</summary>
    Lookup,

    /// <summary>A developer asked for it.</summary>
    Dev,

    /// <summary>A melt of this mint paid it, without Lightning.</summary>
    Internal,
}

/// <summary><c>cashu_mint_payment</c>: each payment that came in, once.</summary>
/// <remarks>docs/specs/cashu.md 7.4 and 8.</remarks>
internal static class MintPaymentTable
{
    /// <summary>What prevents that a payment is credited twice.</summary>
    public static readonly Constraint Key = new("cashu_mint_payment", "cashu_mint_payment_key", "payment_id");

    /// <summary>A payment's id.</summary>
    /// <param name="paymentHash">The payment hash.</param>
    /// <param name="isAfterInternal">Whether the node settled what had been settled inside.</param>
    public static byte[] Id(Scalar paymentHash, bool isAfterInternal = false) =>
        isAfterInternal ? [.. paymentHash.Span, 1] : paymentHash.Span.ToArray();

    /// <summary>How a payment was learned of; null if it is not known.</summary>
    public static async ValueTask<PaymentSource?> ReadSourceAsync(Reads reads, Scalar paymentHash) =>
        await reads.ReadAsync("SELECT source FROM cashu_mint_payment WHERE payment_id = $1", static row => row.Text(0), Id(paymentHash))
            is { } source ? Enum.Parse<PaymentSource>(source, ignoreCase: true) : null;

    /// <summary>Adds a payment.</summary>
    /// <param name="work">The work.</param>
    /// <param name="id">What <see cref="Id"/> says.</param>
    /// <param name="quote">Whom it is for; null if no quote is known.</param>
    /// <param name="source">How it was learned of.</param>
    /// <param name="amount">What is credited, in the quote's unit.</param>
    /// <param name="surplusMsat">What is credited to nobody, msat.</param>
    /// <param name="now">Unix seconds.</param>
    /// <param name="known">What it means if it is there already.</param>
    public static void Insert(Work work, byte[] id, QuoteId? quote, PaymentSource source, ulong amount, long surplusMsat, long now,
        ProtocolError known) => work.Write(
        "INSERT INTO cashu_mint_payment (payment_id, quote, source, amount, surplus, received) VALUES ($1, $2, $3, $4, $5, $6)",
        (Key, known), id, quote?.Value, Name(source), SqlValue.Checked(amount), surplusMsat, now);

    /// <summary>A payment that came in before its quote was written; null if there is none. Its msat.</summary>
    public static async ValueTask<long?> ReadOrphanAsync(Reads reads, Scalar paymentHash) => await reads.ReadAsync<long?>(
        "SELECT surplus FROM cashu_mint_payment WHERE payment_id = $1 AND quote IS NULL", static row => row.Int64(0), Id(paymentHash));

    /// <summary>Gives such a payment to its quote.</summary>
    public static void Adopt(Work work, Scalar paymentHash, QuoteId quote, ulong amount, long surplusMsat) => work.Write(
        "UPDATE cashu_mint_payment SET quote = $2, amount = $3, surplus = $4 WHERE payment_id = $1",
        Id(paymentHash), quote.Value, SqlValue.Checked(amount), surplusMsat);

    private static string Name(PaymentSource source) => source switch
    {
        PaymentSource.Stream => "stream",
        PaymentSource.Lookup => "lookup",
        PaymentSource.Dev => "dev",
        _ => "internal",
    };
}
