using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Backends;

/// <summary>What is the same about invoices, whichever node makes or pays them.</summary>
internal static class NodeInvoice
{
    /// <summary>Sees to it that a node made the invoice that was asked for.</summary>
    /// <exception cref="LightningException">It is another.</exception>
    public static CreatedInvoice Check(string request, long amountMsat, Preimage preimage)
    {
        if (!Bolt11.TryDecode(request, out var invoice, out var fault))
            throw new LightningException($"The Lightning node made an invoice that cannot be read: {fault}");
        return invoice.PaymentHash == preimage.PaymentHash && invoice.AmountMsat == amountMsat
            ? new CreatedInvoice(request, invoice.PaymentHash)
            : throw new LightningException("The Lightning node made an invoice of another amount or preimage.");
    }

    /// <summary>
    /// The payment hash of an invoice that is to be paid, and the amount that a node must be told: none if the invoice has one.
    /// </summary>
    /// <exception cref="ArgumentException">It is no invoice, or nobody says how much.</exception>
    public static (PaymentHash Hash, long? AmountMsat) Payable(string request, long? amountMsat)
    {
        if (!Bolt11.TryDecode(request, out var invoice, out var fault)) throw new ArgumentException(fault, nameof(request));
        if (invoice.AmountMsat is not null) return (invoice.PaymentHash, null);
        return (invoice.PaymentHash, amountMsat ?? throw new ArgumentException("Nobody says how much.", nameof(amountMsat)));
    }

    /// <summary>What it means for a cancellation that the node did not confirm.</summary>
    public static CancelStatus Canceled(InvoiceStatus status) => status switch
    {
        InvoiceStatus.Paid => CancelStatus.Settled,
        InvoiceStatus.Expired or InvoiceStatus.NotFound => CancelStatus.Canceled,
        _ => CancelStatus.Unknown,
    };
}
