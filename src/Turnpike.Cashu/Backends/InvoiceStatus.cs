namespace Turnpike.Cashu.Backends;

/// <summary>What became of an invoice of ours, as its node says.</summary>
/// <remarks>docs/specs/cashu.md 9.1.</remarks>
internal abstract record InvoiceStatus
{
    private InvoiceStatus() { }

    /// <summary>It can be paid, or a payment is on its way.</summary>
    public sealed record Unpaid : InvoiceStatus;

    /// <summary>It was paid.</summary>
    /// <param name="AmountMsat">What came, in thousandths of a satoshi.</param>
    public sealed record Paid(long AmountMsat) : InvoiceStatus;

    /// <summary>It can no longer be paid: expired or canceled.</summary>
    public sealed record Expired : InvoiceStatus;

    /// <summary>The node has no such invoice.</summary>
    public sealed record NotFound : InvoiceStatus;

    /// <summary>The node did not say.</summary>
    /// <param name="Reason">Why, for the log.</param>
    public sealed record Unknown(string Reason) : InvoiceStatus;
}
