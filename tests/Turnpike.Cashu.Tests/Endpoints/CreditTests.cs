using System.Security.Cryptography;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class CreditTestsOnSqlite() : CreditTests(StoreKind.Sqlite);

public sealed class CreditTestsOnPostgres() : CreditTests(StoreKind.Postgres);

public abstract class CreditTests(StoreKind kind)
{
    [Fact]
    public async Task A_payment_is_credited_once_whoever_tells_of_it()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var (quote, hash) = await QuoteAsync(mint, 10);
        var credits = mint.Get<Credits>();

        PaymentSource[] sources = [PaymentSource.Stream, PaymentSource.Lookup, PaymentSource.Dev, PaymentSource.Stream];
        var outcomes = await Task.WhenAll(sources.Select(s => credits.CreditAsync(new(hash, 10_000, s), CancellationToken.None)));

        Assert.Equal([CreditOutcome.Credited, CreditOutcome.Known, CreditOutcome.Known, CreditOutcome.Known], outcomes.Order());
        Assert.Equal((MintQuoteState.Paid, 10UL), await StateAsync(mint, quote));
        Assert.Empty(await mint.AuditAsync());
    }

    [Theory]
    [InlineData(10_999, CreditOutcome.TooMuch, 10, 999)]
    [InlineData(25_000, CreditOutcome.TooMuch, 10, 15_000)]
    [InlineData(9_999, CreditOutcome.TooLittle, 0, 9_999)]
    public async Task A_payment_credits_exactly_the_quote(long msat, object outcome, ulong paid, long surplus)
    {
        await using var mint = await MintHost.StartAsync(kind);
        var (quote, hash) = await QuoteAsync(mint, 10);

        Assert.Equal(outcome, await mint.Get<Credits>().CreditAsync(new(hash, msat, PaymentSource.Stream), CancellationToken.None));

        Assert.Equal(paid, (await StateAsync(mint, quote)).Paid);
        Assert.Equal(surplus, await SurplusAsync(mint));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_payment_that_no_quote_knows_is_kept_and_credits_nobody()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var hash = Hash(RandomNumberGenerator.GetBytes(32));

        Assert.Equal(CreditOutcome.Unknown, await CreditAsync(mint, hash, PaymentSource.Stream));
        Assert.Equal(CreditOutcome.Known, await CreditAsync(mint, hash, PaymentSource.Stream));

        Assert.Equal(10_000, await SurplusAsync(mint));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task On_a_shared_node_a_payment_that_no_quote_knows_is_somebody_elses()
    {
        await using var mint = await MintHost.StartAsync(kind, ("SharedNode", "true"));

        Assert.Equal(CreditOutcome.Unknown, await CreditAsync(mint, Hash(RandomNumberGenerator.GetBytes(32)), PaymentSource.Stream));

        Assert.Equal(0, await SurplusAsync(mint));
    }

    [Fact]
    public async Task What_the_node_settles_after_it_was_settled_inside_is_kept_apart()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var (quote, hash) = await QuoteAsync(mint, 10);

        Assert.Equal(CreditOutcome.Credited, await CreditAsync(mint, hash, PaymentSource.Internal));
        Assert.Equal(CreditOutcome.Twice, await CreditAsync(mint, hash, PaymentSource.Stream));
        Assert.Equal(CreditOutcome.Known, await CreditAsync(mint, hash, PaymentSource.Lookup));

        Assert.Equal(10UL, (await StateAsync(mint, quote)).Paid);
        Assert.Equal(10_000, await SurplusAsync(mint));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task The_stream_credits_invoices_that_pay_themselves_and_goes_on_after_a_restart()
    {
        await using var mint = await MintHost.StartAsync(kind, ("Fake:AutoPayDelay", "00:00:00.001"));
        var wallet = new TestWallet(mint);
        var first = (string)(await wallet.QuoteAsync(5))["quote"]!;
        await mint.UntilAsync(async () => (await StateAsync(mint, first)).State == MintQuoteState.Paid);
        await mint.RestartAsync();
        var second = (string)(await wallet.QuoteAsync(6))["quote"]!;
        await mint.UntilAsync(async () => (await StateAsync(mint, second)).State == MintQuoteState.Paid);

        Assert.Equal(5UL, (await StateAsync(mint, first)).Paid);
        Assert.Equal(0, await SurplusAsync(mint));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_payment_that_is_there_before_its_quote_is_given_to_it()
    {
        // Nothing pays itself; what is known of the quote before it is written is the preimage, and so the hash.
        await using var mint = await MintHost.StartAsync(kind);
        var early = new EarlyPayer(mint.Get<ILightning>(), mint.Get<Credits>());
        var book = ActivatorBook(mint, early);

        var quote = Known.Ok(await book.CreateAsync(new(10, "sat", null, null), CancellationToken.None));

        Assert.Equal(MintQuoteState.Paid, quote.State);
        Assert.Equal((MintQuoteState.Paid, 10UL), await StateAsync(mint, quote.Id.Value));
        Assert.Equal(0, await SurplusAsync(mint));
        Assert.Empty(await mint.AuditAsync());
    }

    private static QuoteBook ActivatorBook(MintHost mint, ILightning lightning) => new(
        mint.Database, lightning, mint.Get<MintKeys>(), mint.Get<InvoiceAsks>(),
        mint.Get<Microsoft.Extensions.Options.IOptions<CashuOptions>>(), TimeProvider.System);

    private static Task<CreditOutcome> CreditAsync(MintHost mint, PaymentHash hash, PaymentSource source) =>
        mint.Get<Credits>().CreditAsync(new(hash, 10_000, source), CancellationToken.None);

    private static async Task<(string Quote, PaymentHash Hash)> QuoteAsync(MintHost mint, ulong amount)
    {
        var quote = await new TestWallet(mint).QuoteAsync(amount);
        Assert.True(Bolt11.TryDecode((string)quote["request"]!, out var invoice, out _));
        return ((string)quote["quote"]!, invoice.PaymentHash);
    }

    private static async Task<(MintQuoteState State, ulong Paid)> StateAsync(MintHost mint, string id)
    {
        var quote = await mint.Database.ReadAsync(reads => MintQuoteTable.ReadAsync(reads, new QuoteId(id)), CancellationToken.None);
        return (quote!.State, quote.AmountPaid);
    }

    private static Task<long> SurplusAsync(MintHost mint) => mint.Database.ReadAsync(async reads => await reads.ReadAsync(
        "SELECT CAST(COALESCE(SUM(surplus), 0) AS BIGINT) FROM cashu_mint_payment", static row => row.Int64(0)), CancellationToken.None);

    private static PaymentHash Hash(byte[] bytes) =>
        PaymentHash.TryRead(bytes, out var hash) ? hash : throw new InvalidOperationException();

    /// <summary>A node whose invoices are paid, and the payment told of, before whoever asked for them has them.</summary>
    private sealed class EarlyPayer(ILightning node, Credits credits) : ILightning
    {
        public TimeSpan Grace => node.Grace;
        public TimeSpan ResendAfter => node.ResendAfter;

        public async Task<CreatedInvoice> CreateInvoiceAsync(
            long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation)
        {
            var invoice = await node.CreateInvoiceAsync(amountMsat, description, expiry, preimage, cancellation);
            Assert.Equal(CreditOutcome.Unknown,
                await credits.CreditAsync(new(invoice.PaymentHash, amountMsat, PaymentSource.Stream), cancellation));
            return invoice;
        }

        public IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(long cursor, CancellationToken cancellation) =>
            node.IncomingPaymentsAsync(cursor, cancellation);

        public Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
            node.GetInvoiceAsync(paymentHash, cancellation);

        public Task<PaymentStatus> PayAsync(
            string request, long? amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation) =>
            node.PayAsync(request, amountMsat, maxFeeMsat, timeout, cancellation);

        public Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation) =>
            node.GetPaymentAsync(paymentHash, lastSent, cancellation);

        public Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation) =>
            node.CancelInvoiceAsync(paymentHash, cancellation);

        public Task<LightningStatus> StatusAsync(CancellationToken cancellation) => node.StatusAsync(cancellation);
    }
}
