using Microsoft.Extensions.DependencyInjection;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Endpoints;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>The simulated node behind answers that a test may change: what a description cannot ask it for.</summary>
internal sealed class SteeredLightning(FakeLightning node) : ILightning
{
    private int _sends;

    /// <summary>Instead of the node's answer about a payment; null lets it answer.</summary>
    public Func<PaymentHash, Task<PaymentStatus?>>? Asked { get; set; }

    /// <summary>Before a payment is sent; an answer of its own keeps it from being sent.</summary>
    public Func<PaymentHash, Task<PaymentStatus?>>? Sending { get; set; }

    /// <summary>After the node has answered a payment.</summary>
    public Func<PaymentStatus, PaymentStatus>? Sent { get; set; }

    /// <summary>Another node answers; or none.</summary>
    public Func<LightningStatus, LightningStatus>? Status { get; set; }

    /// <summary>Instead of the node's answer about an invoice that is to be canceled.</summary>
    public Func<CancelStatus?>? Canceling { get; set; }

    /// <summary>Instead of the node's answer about an invoice of its own; null lets it answer.</summary>
    public Func<PaymentHash, InvoiceStatus?>? Invoiced { get; set; }

    /// <summary>How often a payment was handed to the node.</summary>
    public int Sends => _sends;

    public TimeSpan Grace => node.Grace;

    public TimeSpan ResendAfter => node.ResendAfter;

    /// <summary>Puts itself between the mint and its node, and makes the payer look often.</summary>
    public static void Configure(IServiceCollection services)
    {
        var made = services.Last(s => s.ServiceType == typeof(ILightning)).ImplementationFactory!;
        services.AddSingleton(provider => (FakeLightning)made(provider));
        services.AddSingleton<SteeredLightning>();
        services.AddSingleton<ILightning>(provider => provider.GetRequiredService<SteeredLightning>());
        services.AddSingleton(new PayerPace
        {
            First = TimeSpan.FromMilliseconds(10),
            Longest = TimeSpan.FromMilliseconds(40),
            Scan = TimeSpan.FromMilliseconds(50),
        });
    }

    public async Task<PaymentStatus> PayAsync(
        string request, long? amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation)
    {
        Assert.True(Kernel.Encodings.Bolt11.TryDecode(request, out var invoice, out _));
        if (Sending is { } sending && await sending(invoice.PaymentHash) is { } instead) return instead;
        Interlocked.Increment(ref _sends);
        var status = await node.PayAsync(request, amountMsat, maxFeeMsat, timeout, cancellation);
        return Sent is { } sent ? sent(status) : status;
    }

    public async Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation) =>
        Asked is { } asked && await asked(paymentHash) is { } instead
            ? instead
            : await node.GetPaymentAsync(paymentHash, lastSent, cancellation);

    public async Task<LightningStatus> StatusAsync(CancellationToken cancellation)
    {
        var status = await node.StatusAsync(cancellation);
        return Status is { } change ? change(status) : status;
    }

    public async Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        Canceling?.Invoke() ?? await node.CancelInvoiceAsync(paymentHash, cancellation);

    public Task<CreatedInvoice> CreateInvoiceAsync(
        long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation) =>
        node.CreateInvoiceAsync(amountMsat, description, expiry, preimage, cancellation);

    public IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(long cursor, CancellationToken cancellation) =>
        node.IncomingPaymentsAsync(cursor, cancellation);

    public async Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        Invoiced?.Invoke(paymentHash) ?? await node.GetInvoiceAsync(paymentHash, cancellation);
}
