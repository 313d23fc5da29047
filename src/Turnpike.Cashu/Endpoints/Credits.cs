using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Credits payments that came in: exactly the quote's amount, once, whoever tells of it first and how often. What goes beyond is kept in
/// a row of its own that credits nobody.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.4.</remarks>
internal sealed class Credits(
    IDatabase database, IOptions<CashuOptions> options, TimeProvider clock, CashuMetrics metrics, ILogger<Credits> logger)
{
    private static readonly ProtocolError s_known = new(0, "payment_known", "The payment was credited already");

    // The quote was written after it was looked for, and before its hash was locked.
    private static readonly ProtocolError s_made = new(0, "quote_made", "The quote is there now");

    /// <summary>Credits a payment, unless it was.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>What came of it.</returns>
    public async Task<CreditOutcome> CreditAsync(ReceivedPayment payment, CancellationToken cancellation)
    {
        var hash = new Scalar(payment.PaymentHash.Span);
        var quote = await database.ReadAsync(reads => MintQuoteTable.ReadByHashAsync(reads, hash), cancellation);
        if (quote is null && options.Value.SharedNode)
        {
            metrics.Received("unknown");
            if (payment.From is { } from) await MoveAsync(from, cancellation);
            return CreditOutcome.Unknown;
        }

        var result = await ApplyAsync(quote?.Id, hash, payment, cancellation);
        if (result.Error == s_made)
        {
            quote = await database.ReadAsync(reads => MintQuoteTable.ReadByHashAsync(reads, hash), cancellation);
            result = await ApplyAsync(quote!.Id, hash, payment, cancellation);
        }

        if (result.TryGet(out var outcome, out var error))
        {
            metrics.Received(outcome.ToString().ToLowerInvariant());
            Report(outcome, quote, payment);
            return outcome;
        }

        if (error != s_known) throw new InvalidOperationException(error.Message);
        // The constraint has undone the whole work, the cursor's move too.
        if (payment.From is { } position) await MoveAsync(position, cancellation);
        metrics.Received("known");
        return CreditOutcome.Known;
    }

    private Task<Result<CreditOutcome>> ApplyAsync(
        QuoteId? quote, Scalar hash, ReceivedPayment payment, CancellationToken cancellation) => database.CommitAsync<CreditOutcome>(
        quote is { } id ? MintQuoteTable.Lock(id, hash) : MintQuoteTable.Lock(hash),
        work => ApplyAsync(work, quote, hash, payment), cancellation);

    private async ValueTask<Result<CreditOutcome>> ApplyAsync(Work work, QuoteId? locked, Scalar hash, ReceivedPayment payment)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var quote = await MintQuoteTable.ReadByHashAsync(work, hash);
        if (quote is not null && locked is null) return s_made;
        var earlier = await MintPaymentTable.ReadSourceAsync(work, hash);
        if (earlier is not null && (earlier != PaymentSource.Internal || payment.Source == PaymentSource.Internal)) return s_known;
        if (payment.From is { } from) LightningCursorTable.Write(work, from.Node, from.Position);

        var rate = quote is null ? 1 : Units.Rate(quote.Unit, options.Value);
        var received = (ulong)(payment.AmountMsat / rate);
        var credit = earlier is null ? MintQuotes.Credit(quote, received, now) : new MintCredit(quote, 0, received);
        // The surplus is kept in msat: what is left of the payment, the fractions of the unit too.
        var surplus = payment.AmountMsat - checked((long)credit.Amount * rate);
        MintPaymentTable.Insert(
            work, MintPaymentTable.Id(hash, earlier is not null), quote?.Id, payment.Source, credit.Amount, surplus, now, s_known);
        if (quote is null) return CreditOutcome.Unknown;
        if (credit.Amount == 0) return earlier is null ? CreditOutcome.TooLittle : CreditOutcome.Twice;
        MintQuoteTable.Credit(work, credit.Quote!.Id, credit.Amount, credit.Quote.UpdatedAt);
        MintQuoteChanged.Append(work, credit.Quote);
        return surplus > 0 ? CreditOutcome.TooMuch : CreditOutcome.Credited;
    }

    private Task<Result<bool>> MoveAsync(StreamPosition from, CancellationToken cancellation) =>
        database.CommitAsync<bool>(Locks.None, work =>
        {
            LightningCursorTable.Write(work, from.Node, from.Position);
            return ValueTask.FromResult<Result<bool>>(true);
        }, cancellation);

    private void Report(CreditOutcome outcome, MintQuote? quote, ReceivedPayment payment)
    {
        var name = quote?.Id.LogName ?? "";
        if (outcome == CreditOutcome.Unknown) logger.PaymentUnknown(payment.PaymentHash.ToString(), payment.AmountMsat);
        else if (outcome == CreditOutcome.Twice) logger.PaymentTwice(name, payment.AmountMsat);
        else if (outcome == CreditOutcome.TooLittle) logger.PaymentTooLittle(name, payment.AmountMsat);
        else if (outcome == CreditOutcome.TooMuch)
            logger.PaymentTooMuch(name, payment.AmountMsat - checked((long)quote!.Amount * Units.Rate(quote.Unit, options.Value)));
    }
}

/// <summary>A payment of an invoice of ours.</summary>
/// <param name="PaymentHash">Of the invoice.</param>
/// <param name="AmountMsat">What came.</param>
/// <param name="Source">Who says so.</param>
/// <param name="From">For the stream: where it goes on after this one.</param>
internal sealed record ReceivedPayment(PaymentHash PaymentHash, long AmountMsat, PaymentSource Source, StreamPosition? From = null);

/// <summary>A place in a node's stream of payments.</summary>
/// <param name="Node">The node.</param>
/// <param name="Position">The cursor.</param>
internal sealed record StreamPosition(PublicKey Node, long Position);

/// <summary>What came of a payment.</summary>
internal enum CreditOutcome
{
    /// <summary>The quote is PAID now.</summary>
    Credited,

    /// <summary>The quote is PAID now, and something is left.</summary>
    TooMuch,

    /// <summary>Less than the quote asks for: nothing is credited.</summary>
    TooLittle,

    /// <summary>It was credited before.</summary>
    Known,

    /// <summary>No quote has this payment hash.</summary>
    Unknown,

    /// <summary>It had been settled inside, and the node settled it too.</summary>
    Twice,
}
