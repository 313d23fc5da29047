using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Client;

/// <summary>A payment that a mint is asked to make, and how far it is.</summary>
/// <param name="Id">The quote.</param>
/// <param name="Amount">What is paid for.</param>
/// <param name="FeeReserve">What must be given for Lightning's fee on top; what it does not take comes back.</param>
/// <param name="State">How far it is.</param>
/// <param name="Expiry">Until when it can be melted, unix seconds; null for always.</param>
/// <param name="Preimage">The proof of payment in hex, once it is paid.</param>
/// <param name="Change">What comes back, signed; null until it is paid, or where no outputs were given.</param>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
public sealed record MeltQuoteStatus(
    QuoteId Id, ulong Amount, ulong FeeReserve, MeltQuoteState State, long? Expiry, string? Preimage,
    IReadOnlyList<BlindSignature>? Change)
{
    internal static MeltQuoteStatus Of(MeltQuoteModel model)
    {
        if (!QuoteId.TryParse(model.Quote, out var id)) throw new CashuClientException("The mint's quote has no id that can be used");
        var state = model.State switch
        {
            "UNPAID" => MeltQuoteState.Unpaid,
            "PENDING" => MeltQuoteState.Pending,
            "PAID" => MeltQuoteState.Paid,
            _ => throw new CashuClientException($"The mint's quote has the state '{model.State}', which there is not"),
        };
        var change = model.Change is { } given ? SignatureReading.Read(given) : null;
        return new MeltQuoteStatus(id, model.Amount, model.FeeReserve, state, model.Expiry, model.PaymentPreimage, change);
    }
}
