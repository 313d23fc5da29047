using System.Security.Cryptography;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Backends;

/// <summary>
/// The simulated Lightning node that a mint has unless it is given a real one. Its invoices are real BOLT 11; they pay themselves, and it
/// pays any invoice, at once and for nothing. Its tables are the truth: it survives restarts, and servers on one database are one node.
/// </summary>
/// <remarks>docs/specs/cashu.md 9.2, with what an invoice's description can ask it to do.</remarks>
internal sealed class FakeLightning : ILightning
{
    /// <summary>The most there will ever be: 21 million coins, in thousandths of a satoshi.</summary>
    private const long EverythingMsat = 21_000_000L * 100_000_000 * 1000;

    private readonly FakeLightningOptions _options;
    private readonly byte[] _nodeKey;
    private readonly byte[] _foreignKey;
    private readonly PublicKey _node;
    private readonly FakeInvoices _invoices;
    private readonly FakePayments _payments;

    /// <summary>Opens nothing.</summary>
    /// <param name="database">Where its tables are: those of <see cref="Migrations"/>.</param>
    /// <param name="options">Valid ones.</param>
    /// <param name="nodeKey">The node's secret key, 32 bytes; the same on every server.</param>
    /// <param name="seed">32 bytes, the same on every server, for the key of the node elsewhere and for made-up preimages.</param>
    /// <param name="clock">Measures the delays.</param>
    /// <exception cref="ArgumentException">The key is none.</exception>
    public FakeLightning(
        IDatabase database, FakeLightningOptions options, ReadOnlySpan<byte> nodeKey, ReadOnlySpan<byte> seed, TimeProvider clock)
    {
        if (!Secp256k1.TryPublicKey(nodeKey, out _node)) throw new ArgumentException("It is no secret key.", nameof(nodeKey));
        _options = options;
        _nodeKey = nodeKey.ToArray();
        _foreignKey = DeriveForeignKey(seed);
        _invoices = new FakeInvoices(database, options, clock);
        _payments = new FakePayments(database, options, seed.ToArray(), clock);
    }

    /// <summary>Its tables.</summary>
    public static MigrationModule Migrations { get; } = new("FakeLightning", typeof(FakeLightning).Assembly);

    /// <inheritdoc/>
    public TimeSpan Grace => TimeSpan.Zero;

    /// <inheritdoc/>
    public TimeSpan ResendAfter => TimeSpan.Zero;

    /// <inheritdoc/>
    public Task<CreatedInvoice> CreateInvoiceAsync(
        long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation) =>
        _invoices.CreateAsync(new FakeTerms(amountMsat, description, expiry, preimage, IsForeign: false), _nodeKey, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(long cursor, CancellationToken cancellation) =>
        _invoices.ReadSettledAsync(cursor, cancellation);

    /// <inheritdoc/>
    public Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        _invoices.GetAsync(paymentHash, cancellation);

    /// <inheritdoc/>
    public Task<PaymentStatus> PayAsync(
        string request, long? amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation)
    {
        if (!Bolt11.TryDecode(request, out var invoice, out var fault)) throw new ArgumentException(fault, nameof(request));
        var amount = invoice.AmountMsat ?? amountMsat ?? throw new ArgumentException("Nobody says how much.", nameof(amountMsat));
        return _payments.PayAsync(invoice, amount, maxFeeMsat, timeout, cancellation);
    }

    /// <inheritdoc/>
    public Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation) =>
        _payments.GetAsync(paymentHash, cancellation);

    /// <inheritdoc/>
    public Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        _invoices.CancelAsync(paymentHash, cancellation);

    /// <inheritdoc/>
    public Task<LightningStatus> StatusAsync(CancellationToken cancellation) =>
        Task.FromResult<LightningStatus>(new LightningStatus.Reachable(_options.Network, _node, EverythingMsat));

    /// <summary>Pays an invoice of this node, as somebody elsewhere would.</summary>
    /// <param name="paymentHash">Of the invoice.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns><c>Paid</c> also if it was paid before; <c>Expired</c> or <c>NotFound</c> if it cannot be.</returns>
    public Task<InvoiceStatus> PayInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        _invoices.PayAsync(paymentHash, cancellation);

    /// <summary>Makes an invoice of a node elsewhere, for a mint to pay. The payment's preimage will be the real one.</summary>
    /// <param name="amountMsat">Thousandths of a satoshi, or null for the payer to choose.</param>
    /// <param name="description">Also asks this node to do what seldom happens when it pays.</param>
    /// <param name="expiry">Whole seconds from now; at least 1.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ArgumentException">The amount is not above 0, or the description is too long.</exception>
    public Task<CreatedInvoice> CreateForeignInvoiceAsync(
        long? amountMsat, string description, TimeSpan expiry, CancellationToken cancellation)
    {
        Preimage.TryRead(RandomNumberGenerator.GetBytes(Preimage.Length), out var preimage);
        return _invoices.CreateAsync(new FakeTerms(amountMsat, description, expiry, preimage, IsForeign: true), _foreignKey, cancellation);
    }

    /// <summary>How often a payment was settled: 0 or 1.</summary>
    public Task<long> CountPaysAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
        _payments.CountPaysAsync(paymentHash, cancellation);

    /// <summary>As the node's own key is derived (docs/specs/cashu.md 4.2), with a label of its own.</summary>
    private static byte[] DeriveForeignKey(ReadOnlySpan<byte> seed)
    {
        for (byte counter = 0; ; counter++)
        {
            var key = HMACSHA256.HashData(seed, [.. "Turnpike_Cashu_ForeignNode_v1"u8, counter]);
            if (Secp256k1.IsSecretKey(key)) return key;
        }
    }
}
