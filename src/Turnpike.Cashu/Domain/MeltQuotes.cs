using System.Diagnostics;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Domain;

/// <summary>What happens to melt quotes: UNPAID → PENDING → PAID, and from PENDING back to UNPAID.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.5. Only the start can be refused; an outcome cannot.</remarks>
public static class MeltQuotes
{
    /// <summary>T1: takes the inputs, before anything is paid.</summary>
    /// <param name="quote">The quote as it is now, locked.</param>
    /// <param name="transfer">Inputs and blank outputs.</param>
    /// <param name="now">Unix seconds.</param>
    /// <returns>The quote, PENDING; or 20005, 20006, 20007, 11005, 11010.</returns>
    public static Result<MeltQuote> Start(MeltQuote quote, CheckedTransfer transfer, long now) =>
        Start(quote, transfer.Inputs.Total, transfer.Inputs.Fee, transfer.Inputs.Unit, now);

    /// <inheritdoc cref="Start(MeltQuote, CheckedTransfer, long)"/>
    /// <param name="quote">The quote as it is now, locked.</param>
    /// <param name="given">Σ of the inputs.</param>
    /// <param name="inputFee">The inputs' fee.</param>
    /// <param name="unit">The unit of inputs and blank outputs.</param>
    /// <param name="now">Unix seconds.</param>
    public static Result<MeltQuote> Start(MeltQuote quote, ulong given, ulong inputFee, string unit, long now)
    {
        if (quote.State == MeltQuoteState.Pending) return CashuErrors.QuotePending;
        if (quote.State == MeltQuoteState.Paid) return CashuErrors.InvoicePaid;
        if (now > quote.Expiry) return CashuErrors.QuoteExpired;
        var needed = (UInt128)quote.Amount + quote.FeeReserve + inputFee;
        if (given < needed)
        {
            return CashuErrors.NotBalanced(
                $"Inputs {given} are less than amount {quote.Amount}, fee reserve {quote.FeeReserve} and input fee {inputFee}");
        }

        if (unit != quote.Unit) return CashuErrors.UnitsDiffer;
        return quote with { State = MeltQuoteState.Pending, UpdatedAt = Math.Max(quote.UpdatedAt, now) };
    }

    /// <summary>T2 paid: cannot fail. If Lightning took more than was given, there is no change and the surplus is a loss.</summary>
    /// <param name="quote">The quote, PENDING.</param>
    /// <param name="given">Σ of the inputs, as they were stored in T1.</param>
    /// <param name="inputFee">The inputs' fee.</param>
    /// <param name="payment">What the node says.</param>
    /// <param name="rate">msat of one of the unit.</param>
    /// <param name="blanks">The blank outputs, in their order.</param>
    /// <param name="now">Unix seconds.</param>
    public static MeltOutcome Paid(
        MeltQuote quote, ulong given, ulong inputFee, MeltPayment payment, long rate, IReadOnlyList<BlankOutput> blanks, long now)
    {
        Demand(quote.State == MeltQuoteState.Pending, quote);
        var order = blanks.Count == 0 ? 0 : blanks.Min(b => b.Keyset.Order);
        return Close(quote, given, inputFee, payment, rate, order, blanks.Count, now);
    }

    /// <summary>T2 failed: the quote can be tried again; the inputs are free, the blank outputs forgotten.</summary>
    /// <param name="quote">The quote, PENDING.</param>
    /// <param name="now">Unix seconds.</param>
    public static MeltQuote Failed(MeltQuote quote, long now)
    {
        Demand(quote.State == MeltQuoteState.Pending, quote);
        return quote with { State = MeltQuoteState.Unpaid, UpdatedAt = Math.Max(quote.UpdatedAt, now) };
    }

    /// <summary>
    /// Paid after release: the node paid although the melt had counted as failed. What is missing is a loss; there is no change, and no fee
    /// is taken of what could be had back.
    /// </summary>
    /// <param name="quote">The quote, UNPAID.</param>
    /// <param name="recovered">Σ of the released inputs that are still free.</param>
    /// <param name="payment">What the node says.</param>
    /// <param name="rate">msat of one of the unit.</param>
    /// <param name="now">Unix seconds.</param>
    public static MeltOutcome PaidAfterRelease(MeltQuote quote, ulong recovered, MeltPayment payment, long rate, long now)
    {
        Demand(quote.State == MeltQuoteState.Unpaid, quote);
        return Close(quote, recovered, 0, payment, rate, 0, 0, now);
    }

    /// <summary>Whether a melt's invoice, which is our own, can be settled without Lightning.</summary>
    /// <param name="quote">The melt quote.</param>
    /// <param name="own">The mint quote that has the invoice's hash; null if none is left.</param>
    /// <returns>Null, or 20006: an invoice of ours is never sent to Lightning.</returns>
    public static ProtocolError? CheckInternal(MeltQuote quote, MintQuote? own) =>
        own is { State: MintQuoteState.Unpaid, Method: MintQuote.Bolt11 } && own.Unit == quote.Unit && own.Amount == quote.Amount
            ? null
            : CashuErrors.InvoicePaid;

    /// <summary>T2 internal: pays one quote with the other, in one commit.</summary>
    /// <param name="quote">The melt quote, PENDING.</param>
    /// <param name="own">The mint quote that has the invoice's hash, locked; null if none is left.</param>
    /// <param name="given">Σ of the inputs.</param>
    /// <param name="inputFee">The inputs' fee.</param>
    /// <param name="preimage">The invoice's, which the mint knows.</param>
    /// <param name="blanks">The blank outputs, in their order.</param>
    /// <param name="now">Unix seconds.</param>
    /// <returns>Both quotes; or 20006, and then the melt has <see cref="Failed"/>.</returns>
    public static Result<InternalSettlement> Settle(
        MeltQuote quote, MintQuote? own, ulong given, ulong inputFee, Scalar preimage, IReadOnlyList<BlankOutput> blanks, long now)
    {
        Demand(quote.State == MeltQuoteState.Pending, quote);
        if (CheckInternal(quote, own) is { } error) return error;
        var credit = MintQuotes.Credit(own, quote.Amount, now);
        return new InternalSettlement(Paid(quote, given, inputFee, new MeltPayment(preimage, 0), 1, blanks, now), credit);
    }

    private static MeltOutcome Close(
        MeltQuote quote, ulong given, ulong inputFee, MeltPayment payment, long rate, int order, int blanks, long now)
    {
        // No node pays more than there is; and so all that follows fits into 64 bits.
        var lightningFee = Amounts.FromMsat(Math.Min(payment.FeeMsat, Amounts.EverythingMsat), rate);
        var left = (Int128)given - inputFee - quote.Amount - lightningFee;
        var change = left > 0 ? Amounts.Split((ulong)left, order, blanks) : [];
        var surplus = change.Aggregate(left, (rest, part) => rest - part);
        var paid = quote with
        {
            State = MeltQuoteState.Paid,
            Preimage = payment.Preimage,
            FeePaid = lightningFee,
            UpdatedAt = Math.Max(quote.UpdatedAt, now),
        };
        // Given covers amount and fee, so a loss is at most the fee, a signed 64-bit number: nothing is cut off here.
        return new MeltOutcome(paid, lightningFee, change, long.CreateSaturating(surplus));
    }

    private static void Demand(bool holds, MeltQuote quote)
    {
        if (!holds) throw new UnreachableException($"{quote.Id} is {quote.State}: no outcome can be applied to it.");
    }
}

/// <summary>A payment that the node says was made.</summary>
/// <param name="Preimage">The proof.</param>
/// <param name="FeeMsat">What routing took, msat.</param>
public sealed record MeltPayment(Scalar Preimage, long FeeMsat);

/// <summary>How a paid melt is booked: <c>given = amount + fee paid + Σ change + input fee + surplus</c>.</summary>
/// <param name="Quote">The quote, PAID.</param>
/// <param name="LightningFee">What Lightning took, in the unit, rounded up.</param>
/// <param name="Change">Amounts for the first blank outputs, rising; the other blanks are deleted.</param>
/// <param name="Surplus">What the mint keeps, below 0 where it lost.</param>
public sealed record MeltOutcome(MeltQuote Quote, ulong LightningFee, IReadOnlyList<ulong> Change, long Surplus);

/// <summary>A melt that was paid to a mint quote of the same mint.</summary>
/// <param name="Melt">How the melt is booked.</param>
/// <param name="Mint">What is credited.</param>
public sealed record InternalSettlement(MeltOutcome Melt, MintCredit Mint);
