using System.Text.Json.Serialization;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Storage;

/// <summary>A melt quote changed. The payload is what <c>GET /v1/melt/quote/bolt11/{id}</c> answers from now on.</summary>
/// <remarks>docs/specs/cashu.md 5 and 8.</remarks>
internal sealed record MeltQuoteChanged : IEvent
{
    /// <inheritdoc/>
    public static string EventType => "cashu.melt_quote_changed";

    /// <inheritdoc/>
    public static int EventVersion => 1;

    public required string Quote { get; init; }
    public required string Request { get; init; }
    public required ulong Amount { get; init; }
    public required string Unit { get; init; }
    public required string Method { get; init; }
    public required ulong FeeReserve { get; init; }
    public required string State { get; init; }
    public required long Expiry { get; init; }
    public required string? PaymentPreimage { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<ChangeSignature>? Change { get; init; }

    /// <summary>Queues the event.</summary>
    /// <param name="work">The work that changes the quote.</param>
    /// <param name="quote">The quote as it will be.</param>
    /// <param name="change">The signed change, of a paid quote whose melt came with outputs; else null.</param>
    public static void Append(Work work, MeltQuote quote, IReadOnlyList<BlindSignature>? change) => work.Append(
        CashuTopics.OfMeltQuote(quote.Id), new MeltQuoteChanged
        {
            Quote = quote.Id.Value,
            Request = quote.Request,
            Amount = quote.Amount,
            Unit = quote.Unit,
            Method = quote.Method,
            FeeReserve = quote.FeeReserve,
            State = quote.State.ToString().ToUpperInvariant(),
            Expiry = quote.Expiry,
            PaymentPreimage = quote.Preimage?.ToString(),
            Change = change is null ? null : [.. change.Select(ChangeSignature.Of)],
        }, CashuEvents.Default.MeltQuoteChanged);
}

/// <summary>A signature in an event.</summary>
internal sealed record ChangeSignature(
    ulong Amount, string Id, [property: JsonPropertyName("C_")] string Signature, ChangeDleq Dleq)
{
    public static ChangeSignature Of(BlindSignature signature) => new(signature.Amount, signature.Id.ToString(),
        signature.Signature.ToString(), new ChangeDleq(signature.Dleq.E.ToString(), signature.Dleq.S.ToString()));
}

/// <summary>A signature's DLEQ proof in an event.</summary>
internal sealed record ChangeDleq(string E, string S);
