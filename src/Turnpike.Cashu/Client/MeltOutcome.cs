using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Client;

/// <summary>How a payment stands.</summary>
/// <param name="State">Paid, or under way.</param>
/// <param name="Preimage">The proof of payment in hex, once it is paid.</param>
/// <param name="Fee">What it cost beside its amount: Lightning's fee and the mint's.</param>
public sealed record MeltOutcome(MeltQuoteState State, string? Preimage, ulong Fee);
