using Turnpike.Kernel;

namespace Turnpike.Cashu.Domain;

/// <summary>What happens to mint quotes: UNPAID → PAID → ISSUED.</summary>
/// <remarks>docs/specs/cashu.md 5, 7.3 and 7.4.</remarks>
public static class MintQuotes
{
    /// <summary>Whether a request may mint a quote, as far as its signature goes. Verified before the transaction.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="outputs">All outputs of the request, those of a batch too.</param>
    /// <param name="signature">What came with it.</param>
    /// <returns>Null, or 20008.</returns>
    public static ProtocolError? CheckSignature(MintQuote quote, IReadOnlyList<BlindedMessage> outputs, string? signature) =>
        quote.Pubkey is not { } key || MintQuoteSignature.Verify(key, quote.Id, outputs, signature)
            ? null
            : CashuErrors.MintSignatureInvalid;

    /// <summary>Issues a quote's ecash.</summary>
    /// <param name="quote">The quote as it is now, locked.</param>
    /// <param name="total">Σ of the outputs.</param>
    /// <param name="unit">The outputs' unit.</param>
    /// <param name="now">Unix seconds.</param>
    /// <returns>The quote from now on; or 20001, 20002, 11005, 11010.</returns>
    public static Result<MintQuote> Issue(MintQuote quote, ulong total, string unit, long now)
    {
        if (CheckMintable(quote) is { } error) return error;
        if (total != quote.Amount) return CashuErrors.NotBalanced($"Outputs {total} are not the quote's amount {quote.Amount}");
        if (unit != quote.Unit) return CashuErrors.UnitsDiffer;
        return Issued(quote, now);
    }

    /// <summary>Issues several quotes' ecash, all or none.</summary>
    /// <param name="quotes">The quotes as they are now, locked; at least one, each once.</param>
    /// <param name="amounts">What the request believes them to be, or null.</param>
    /// <param name="total">Σ of the outputs.</param>
    /// <param name="unit">The outputs' unit.</param>
    /// <param name="now">Unix seconds.</param>
    /// <returns>The quotes from now on; or 11009, 20001, 20002, 11005, 11010.</returns>
    public static Result<IReadOnlyList<MintQuote>> IssueBatch(
        IReadOnlyList<MintQuote> quotes, IReadOnlyList<ulong>? amounts, ulong total, string unit, long now)
    {
        if (quotes.Any(q => q.Unit != quotes[0].Unit || q.Method != quotes[0].Method)) return CashuErrors.SeveralUnits;
        foreach (var quote in quotes)
        {
            if (CheckMintable(quote) is { } error) return error;
        }

        for (var i = 0; amounts is not null && i < quotes.Count; i++)
        {
            if (amounts[i] != quotes[i].Amount)
                return CashuErrors.NotBalanced($"quote_amounts[{i}] is {amounts[i]}, the quote's amount {quotes[i].Amount}");
        }

        if (!Amounts.TrySum(quotes.Select(q => q.Amount), out var sum) || sum != total)
            return CashuErrors.NotBalanced($"Outputs {total} are not the sum of the quotes");
        if (unit != quotes[0].Unit) return CashuErrors.UnitsDiffer;
        return Result.Ok<IReadOnlyList<MintQuote>>([.. quotes.Select(q => Issued(q, now))]);
    }

    /// <summary>
    /// Credits an incoming payment: exactly the quote's amount, once, also late. What goes beyond is a surplus that is nobody's.
    /// </summary>
    /// <param name="quote">The quote of the payment hash, locked; null if none is known.</param>
    /// <param name="received">What came in, in the quote's unit, rounded down.</param>
    /// <param name="now">Unix seconds.</param>
    public static MintCredit Credit(MintQuote? quote, ulong received, long now)
    {
        // Paid before (inside, then at the node too), or less than the invoice, which no node settles: all of it is surplus.
        if (quote is null || quote.AmountPaid > 0 || received < quote.Amount) return new MintCredit(quote, 0, received);
        var paid = quote with { AmountPaid = quote.Amount, UpdatedAt = Math.Max(quote.UpdatedAt, now) };
        return new MintCredit(paid, quote.Amount, received - quote.Amount);
    }

    private static ProtocolError? CheckMintable(MintQuote quote) => quote.State switch
    {
        MintQuoteState.Unpaid => CashuErrors.QuoteNotPaid,
        MintQuoteState.Issued => CashuErrors.QuoteIssued,
        _ => null,
    };

    private static MintQuote Issued(MintQuote quote, long now) =>
        quote with { AmountIssued = quote.AmountPaid, UpdatedAt = Math.Max(quote.UpdatedAt, now) };
}

/// <summary>What an incoming payment does.</summary>
/// <param name="Quote">The quote from now on; null if none is known.</param>
/// <param name="Amount">What is credited to it; 0 changes nothing.</param>
/// <param name="Surplus">
/// What is credited to nobody. All of it is an Error in the log, unless the node is shared and no quote is known.
/// </param>
public sealed record MintCredit(MintQuote? Quote, ulong Amount, ulong Surplus);
