using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>An invoice, and the ecash that the mint issues once it is paid. What it does is in <see cref="MintQuotes"/>.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.</remarks>
public sealed record MintQuote
{
    /// <summary>The one method of now.</summary>
    public const string Bolt11 = "bolt11";

    /// <summary>The id.</summary>
    public required QuoteId Id { get; init; }

    /// <summary><c>bolt11</c>.</summary>
    public string Method { get; init; } = Bolt11;

    /// <summary>The unit.</summary>
    public required string Unit { get; init; }

    /// <summary>What is to be paid and issued.</summary>
    public required ulong Amount { get; init; }

    /// <summary>The invoice.</summary>
    public required string Request { get; init; }

    /// <summary>The invoice's payment hash.</summary>
    public required Scalar PaymentHash { get; init; }

    /// <summary>The Lightning node that made the invoice.</summary>
    public required PublicKey Node { get; init; }

    /// <summary>The key that must sign to mint; null for an open quote.</summary>
    public PublicKey? Pubkey { get; init; }

    /// <summary>Until when the invoice can be paid, unix seconds; null for always.</summary>
    public required long? Expiry { get; init; }

    /// <summary>What was paid: 0 or the amount.</summary>
    public ulong AmountPaid { get; init; }

    /// <summary>What was issued: 0 or the amount.</summary>
    public ulong AmountIssued { get; init; }

    /// <summary>When it was made, unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>When it last changed, unix seconds; never falls.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>Where it stands.</summary>
    public MintQuoteState State =>
        AmountPaid == 0 ? MintQuoteState.Unpaid : AmountPaid > AmountIssued ? MintQuoteState.Paid : MintQuoteState.Issued;
}

/// <summary>Where a mint quote stands.</summary>
public enum MintQuoteState
{
    /// <summary>The invoice is open, or was never paid.</summary>
    Unpaid,

    /// <summary>Paid; the ecash can be had, also after the expiry.</summary>
    Paid,

    /// <summary>The ecash is issued.</summary>
    Issued,
}
