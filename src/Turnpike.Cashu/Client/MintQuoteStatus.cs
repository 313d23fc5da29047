using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Client;

/// <summary>An invoice of a mint, and how far it is.</summary>
/// <param name="Id">Whoever knows it may mint an open quote: a secret.</param>
/// <param name="Request">The invoice.</param>
/// <param name="Amount">What is minted; 0 where the mint does not say.</param>
/// <param name="State">How far it is.</param>
/// <param name="Expiry">Until when the invoice can be paid, unix seconds; null for always.</param>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public sealed record MintQuoteStatus(QuoteId Id, string Request, ulong Amount, MintQuoteState State, long? Expiry)
{
    internal static MintQuoteStatus Of(MintQuoteModel model)
    {
        if (!QuoteId.TryParse(model.Quote, out var id)) throw new CashuClientException("The mint's quote has no id that can be used");
        // State is the older way to say it, the two amounts are the newer.
        var state = (model.State, model.AmountPaid, model.AmountIssued) switch
        {
            ("UNPAID", _, _) or (null, 0, _) => MintQuoteState.Unpaid,
            ("PAID", _, _) => MintQuoteState.Paid,
            ("ISSUED", _, _) => MintQuoteState.Issued,
            (null, { } paid, { } issued) => paid > issued ? MintQuoteState.Paid : MintQuoteState.Issued,
            _ => throw new CashuClientException($"The mint's quote has the state '{model.State}', which there is not"),
        };
        return new MintQuoteStatus(id, model.Request, model.Amount ?? 0, state, model.Expiry);
    }
}
