using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Backends;

/// <summary>A Lightning node, real or simulated. One serves all units of a mint.</summary>
/// <remarks>
/// Asking never throws because of the node: what is not known is an <c>Unknown</c>, with the reason for the log. Only cancellation and
/// our own machine (a store that is gone) throw. docs/specs/cashu.md 9.1.
/// </remarks>
internal interface ILightning
{
    /// <summary>How long after an invoice's expiry a payment of it that the node does not know counts as failed.</summary>
    TimeSpan Grace { get; }

    /// <summary>How long after a send the same payment must not be sent again; zero where the node itself refuses a second one.</summary>
    TimeSpan ResendAfter { get; }

    /// <summary>Makes an invoice.</summary>
    /// <param name="amountMsat">Thousandths of a satoshi, more than 0.</param>
    /// <param name="description">At most 639 bytes of UTF-8.</param>
    /// <param name="expiry">Whole seconds from now; at least 1.</param>
    /// <param name="preimage">Of the payment; known to the caller so that it can settle inside.</param>
    /// <param name="cancellation">Ends the waiting; the invoice may have been made.</param>
    /// <exception cref="LightningException">The node did not make it, or did not say so.</exception>
    Task<CreatedInvoice> CreateInvoiceAsync(
        long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation);

    /// <summary>
    /// Payments of our invoices, in the order in which they were settled, from the one after the cursor on; goes on for ever.
    /// </summary>
    /// <param name="cursor">That of the last payment that was credited; 0 before the first. LND sends no backlog then.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="LightningException">The connection was lost or the node spoke nonsense: call again, after a pause.</exception>
    IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(long cursor, CancellationToken cancellation);

    /// <summary>Asks what became of an invoice of ours.</summary>
    Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation);

    /// <summary>Pays an invoice, and waits for the outcome.</summary>
    /// <param name="request">The invoice.</param>
    /// <param name="amountMsat">Only where the invoice has no amount.</param>
    /// <param name="maxFeeMsat">The most that may be paid beyond the amount.</param>
    /// <param name="timeout">How long to try; then <c>InFlight</c> or <c>Unknown</c>.</param>
    /// <param name="cancellation">Only ends the waiting: the payment goes on.</param>
    /// <returns><c>Failed</c> only when the node said so of this payment.</returns>
    /// <exception cref="ArgumentException">It is no invoice, or has no amount and none was given: our own mistake.</exception>
    Task<PaymentStatus> PayAsync(string request, long? amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Asks what became of a payment.</summary>
    /// <param name="paymentHash">Of the invoice.</param>
    /// <param name="lastSent">
    /// When <see cref="PayAsync"/> was last called for it, by this installation's clocks; null if that is not known or never was. A node
    /// whose records swing between pending and failed (CLN) counts as failed only from <see cref="ResendAfter"/> after it on.
    /// </param>
    /// <param name="cancellation">Ends the waiting.</param>
    Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation);

    /// <summary>Sees to it that an invoice of ours can no longer be paid.</summary>
    Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation);

    /// <summary>Asks the node who it is and what it has.</summary>
    Task<LightningStatus> StatusAsync(CancellationToken cancellation);
}

/// <summary>An invoice that the node made.</summary>
/// <param name="Request">The invoice as text, to be shown to whoever pays.</param>
/// <param name="PaymentHash">What its payment is known by.</param>
internal sealed record CreatedInvoice(string Request, PaymentHash PaymentHash);

/// <summary>An invoice of ours was paid.</summary>
/// <param name="PaymentHash">Of the invoice.</param>
/// <param name="AmountMsat">What came, in thousandths of a satoshi; may be more than was asked.</param>
/// <param name="Cursor">Where to go on after this one; rises, and belongs to this node.</param>
internal sealed record IncomingPayment(PaymentHash PaymentHash, long AmountMsat, long Cursor);

/// <summary>What became of an attempt to cancel an invoice.</summary>
internal enum CancelStatus
{
    /// <summary>It cannot be paid any more: canceled, expired, or never there.</summary>
    Canceled,

    /// <summary>It was paid before.</summary>
    Settled,

    /// <summary>The node did not say.</summary>
    Unknown,
}
