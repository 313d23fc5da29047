namespace Turnpike.Cashu.Domain;

/// <summary>An invoice that the mint pays for ecash. What it does is in <see cref="MeltQuotes"/>.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
public sealed record MeltQuote
{
    /// <summary>The id.</summary>
    public required QuoteId Id { get; init; }

    /// <summary><c>bolt11</c>.</summary>
    public string Method { get; init; } = MintQuote.Bolt11;

    /// <summary>The unit.</summary>
    public required string Unit { get; init; }

    /// <summary>The invoice.</summary>
    public required string Request { get; init; }

    /// <summary>The invoice's payment hash.</summary>
    public required Scalar PaymentHash { get; init; }

    /// <summary>What is paid for, rounded up.</summary>
    public required ulong Amount { get; init; }

    /// <summary>What the payee gets, msat.</summary>
    public required long AmountMsat { get; init; }

    /// <summary>What must be given for Lightning's fee; what it does not take comes back as change.</summary>
    public required ulong FeeReserve { get; init; }

    /// <summary>Where it stands.</summary>
    public MeltQuoteState State { get; init; }

    /// <summary>Until when it can be melted, unix seconds.</summary>
    public required long Expiry { get; init; }

    /// <summary>The proof of payment; null until PAID.</summary>
    public Scalar? Preimage { get; init; }

    /// <summary>What Lightning's fee was, rounded up; 0 until PAID.</summary>
    public ulong FeePaid { get; init; }

    /// <summary>When it was made, unix seconds.</summary>
    public required long Created { get; init; }

    /// <summary>When it last changed, unix seconds; never falls.</summary>
    public required long UpdatedAt { get; init; }
}

/// <summary>Where a melt quote stands.</summary>
public enum MeltQuoteState
{
    /// <summary>Nothing was paid; a failed payment leads back here.</summary>
    Unpaid,

    /// <summary>The inputs are held, the payment is under way.</summary>
    Pending,

    /// <summary>Paid, for ever.</summary>
    Paid,
}
