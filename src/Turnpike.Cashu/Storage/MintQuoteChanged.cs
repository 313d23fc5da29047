using System.Text.Json.Serialization;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A mint quote changed. The payload is what <c>GET /v1/mint/quote/bolt11/{id}</c> answers from now on.</summary>
/// <remarks>docs/specs/cashu.md 5 and 8.</remarks>
internal sealed record MintQuoteChanged : IEvent
{
    /// <inheritdoc/>
    public static string EventType => "cashu.mint_quote_changed";

    /// <inheritdoc/>
    public static int EventVersion => 1;

    public required string Quote { get; init; }
    public required string Request { get; init; }
    public required ulong Amount { get; init; }
    public required string Unit { get; init; }
    public required string Method { get; init; }
    public required string State { get; init; }
    public required long? Expiry { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Pubkey { get; init; }
    public required ulong AmountPaid { get; init; }
    public required ulong AmountIssued { get; init; }
    public required long UpdatedAt { get; init; }

    /// <summary>Queues the event.</summary>
    /// <param name="work">The work that changes the quote.</param>
    /// <param name="quote">The quote as it will be.</param>
    public static void Append(Work work, MintQuote quote) => work.Append(CashuTopics.OfMintQuote(quote.Id), new MintQuoteChanged
    {
        Quote = quote.Id.Value,
        Request = quote.Request,
        Amount = quote.Amount,
        Unit = quote.Unit,
        Method = quote.Method,
        State = quote.State.ToString().ToUpperInvariant(),
        Expiry = quote.Expiry,
        Pubkey = quote.Pubkey?.ToString(),
        AmountPaid = quote.AmountPaid,
        AmountIssued = quote.AmountIssued,
        UpdatedAt = quote.UpdatedAt,
    }, CashuEvents.Default.MintQuoteChanged);
}
