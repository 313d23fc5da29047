using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Tests.Backends;

public sealed class FakePaymentsOnSqliteTests() : FakePaymentTests(StoreKind.Sqlite);

public sealed class FakePaymentsOnPostgresTests() : FakePaymentTests(StoreKind.Postgres);

public abstract class FakePaymentTests(StoreKind kind)
{
    private static async Task<PaymentStatus> PaidAsync(FakeNode node, Task<PaymentStatus> paying)
    {
        await node.Clock.PassPauseAsync();
        return await paying;
    }

    [Fact]
    public async Task A_payment_takes_its_time_and_shows_the_payees_preimage()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync();
        var paying = node.PayAsync(invoice);
        Assert.Equal(node.Options.PayDelay, await node.Clock.PassPauseAsync());
        var paid = Assert.IsType<PaymentStatus.Paid>(await paying);
        Assert.Equal(invoice.PaymentHash, paid.Preimage.PaymentHash);
        Assert.Equal((5000, 1), (paid.FeeMsat, paid.Index));
        Assert.Equal(paid, await node.GetPaymentAsync(invoice));
        Assert.Equal(1, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Theory]
    [InlineData(1_000_000, 100_000, 1000)]
    [InlineData(10_000_000, 100_000, 10_000)]
    [InlineData(10_000_000, 9_999, 9_999)]
    [InlineData(1_000, 0, 0)]
    public async Task The_fee_is_a_thousandth_but_at_least_a_satoshi_and_never_above_the_limit(long amountMsat, long maxFeeMsat, long feeMsat)
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync(amountMsat: null);
        var paying = node.Lightning.PayAsync(invoice.Request, amountMsat, maxFeeMsat, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.Equal(feeMsat, Assert.IsType<PaymentStatus.Paid>(await PaidAsync(node, paying)).FeeMsat);
    }

    [Fact]
    public async Task A_paid_hash_is_not_paid_again()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync();
        var paid = await PaidAsync(node, node.PayAsync(invoice));
        Assert.Equal(paid, await node.PayAsync(invoice));
        await node.RestartAsync();
        Assert.Equal(paid, await node.PayAsync(invoice));
        Assert.Equal(1, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_outlives_its_payer_and_is_never_made_twice_by_several()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync("fake:pending=5000");
        using var stop = new CancellationTokenSource();
        var paying = node.Lightning.PayAsync(invoice.Request, null, 1000, TimeSpan.FromMinutes(1), stop.Token);
        while (await node.GetPaymentAsync(invoice) is PaymentStatus.NotFound) await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => paying);

        Assert.Equal(new PaymentStatus.InFlight(1), await node.GetPaymentAsync(invoice));
        Assert.Equal(new PaymentStatus.InFlight(1), await node.PayAsync(invoice, seconds: 0));
        await node.RestartAsync();
        node.Clock.Advance(TimeSpan.FromSeconds(5));
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => node.Another()
            .GetPaymentAsync(invoice.PaymentHash, null, CancellationToken.None)));
        Assert.All(asked, status => Assert.Equal(asked[0], status));
        Assert.IsType<PaymentStatus.Paid>(asked[0]);
        Assert.Equal(1, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task Payers_at_the_same_time_make_one_payment()
    {
        await using var node = await FakeNode.StartAsync(kind, new() { PayDelay = TimeSpan.FromMilliseconds(50) });
        var invoice = await node.ForeignAsync();
        var paying = Enumerable.Range(0, 6).Select(_ => node.Another()
            .PayAsync(invoice.Request, null, 1000, TimeSpan.FromMinutes(1), CancellationToken.None)).ToArray();
        var all = Task.WhenAll(paying);
        while (!all.IsCompleted) await Task.WhenAny(node.Clock.PassPauseAsync(), all);
        Assert.All(await all, status => Assert.Equal(paying[0].Result, status));
        Assert.Equal(1, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_that_outlasts_the_wait_is_in_flight()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync("fake:pending=5000");
        var paying = node.PayAsync(invoice, seconds: 2);
        Assert.Equal(TimeSpan.FromSeconds(2), await node.Clock.PassPauseAsync());
        Assert.Equal(new PaymentStatus.InFlight(1), await paying);
        node.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.IsType<PaymentStatus.Paid>(await node.GetPaymentAsync(invoice));
    }

    [Fact]
    public async Task A_payment_fails_if_its_description_says_so_and_has_a_new_index_when_tried_again()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync("fake:fail");
        Assert.Equal(new PaymentStatus.Failed("fake:fail", 1), await PaidAsync(node, node.PayAsync(invoice)));
        Assert.Equal(new PaymentStatus.Failed("fake:fail", 1), await node.GetPaymentAsync(invoice));
        Assert.Equal(new PaymentStatus.Failed("fake:fail", 2), await PaidAsync(node, node.PayAsync(invoice)));
        Assert.Equal(0, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task A_payment_is_not_told_of_and_then_was_made()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync("fake:unknown=5000");
        Assert.IsType<PaymentStatus.Unknown>(await node.PayAsync(invoice));
        Assert.IsType<PaymentStatus.Unknown>(await node.GetPaymentAsync(invoice));
        node.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.IsType<PaymentStatus.Paid>(await node.GetPaymentAsync(invoice));
    }

    [Fact]
    public async Task A_lost_payment_is_never_found()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync("fake:lost");
        Assert.IsType<PaymentStatus.Unknown>(await node.PayAsync(invoice));
        node.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new PaymentStatus.NotFound(), await node.GetPaymentAsync(invoice));
        Assert.Equal(0, await node.Lightning.CountPaysAsync(invoice.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task An_expired_invoice_and_an_own_one_are_refused()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var old = await node.ForeignAsync(seconds: 10);
        node.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(new PaymentStatus.Failed("the invoice has expired", 1), await node.PayAsync(old));
        var own = await node.InvoiceAsync(7);
        Assert.Equal(new PaymentStatus.Failed("the invoice is the node's own", 2), await node.PayAsync(own));
    }

    [Fact]
    public async Task Somebody_elses_invoice_is_paid_with_a_made_up_preimage_that_stays_the_same()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = Bolt11.Encode(new Bolt11Invoice
        {
            Network = "bc",
            AmountMsat = 1000,
            Timestamp = node.Clock.GetUtcNow().ToUnixTimeSeconds(),
            PaymentHash = FakeNode.Preimage(5).PaymentHash,
            PaymentSecret = FakeNode.Bytes(6),
            Features = [8, 14],
        }, FakeNode.Bytes(7));
        var paid = Assert.IsType<PaymentStatus.Paid>(await PaidAsync(node,
            node.Lightning.PayAsync(invoice, null, 0, TimeSpan.FromMinutes(1), CancellationToken.None)));
        Assert.NotEqual(FakeNode.Preimage(5), paid.Preimage);
        Assert.Equal(paid, await node.Another().GetPaymentAsync(FakeNode.Preimage(5).PaymentHash, null, CancellationToken.None));
    }

    [Fact]
    public async Task An_invoice_that_requires_what_nobody_knows_is_refused()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = Bolt11.Encode(new Bolt11Invoice
        {
            Network = "bc",
            AmountMsat = 1000,
            Timestamp = node.Clock.GetUtcNow().ToUnixTimeSeconds(),
            PaymentHash = FakeNode.Preimage(5).PaymentHash,
            PaymentSecret = FakeNode.Bytes(6),
            Features = [8, 14, 100],
        }, FakeNode.Bytes(7));
        Assert.Equal(new PaymentStatus.Failed("the invoice requires feature 100", 1),
            await node.Lightning.PayAsync(invoice, null, 0, TimeSpan.FromMinutes(1), CancellationToken.None));
    }

    [Fact]
    public async Task Our_own_mistakes_are_exceptions()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var invoice = await node.ForeignAsync(amountMsat: null);
        await Assert.ThrowsAsync<ArgumentException>(() => node.PayAsync(invoice));
        await Assert.ThrowsAsync<ArgumentException>(() => node.PayAsync(invoice with { Request = "lnbc1" }));
        Assert.Throws<ArgumentException>(() => new FakeLightning(node.Database, node.Options, new byte[32], new byte[32], node.Clock));
    }

    [Fact]
    public async Task A_foreign_invoice_is_another_nodes()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var foreign = await node.ForeignAsync();
        Assert.True(Bolt11.TryDecode(foreign.Request, out var invoice, out _));
        var status = Assert.IsType<LightningStatus.Reachable>(await node.Lightning.StatusAsync(CancellationToken.None));
        Assert.NotEqual(status.Node, invoice.Payee);
        Assert.True(Bolt11.TryDecode((await node.ForeignAsync()).Request, out var second, out _));
        Assert.Equal(invoice.Payee, second.Payee);
        Assert.NotEqual(invoice.PaymentHash, second.PaymentHash);
    }

    [Theory]
    [InlineData("fake:pending=", "None")]
    [InlineData("fake:pending=-1", "None")]
    [InlineData("fake:pending=99999999999", "None")]
    [InlineData("fake:pending= 5", "None")]
    [InlineData("fake:fail ", "None")]
    [InlineData("FAKE:FAIL", "None")]
    [InlineData(null, "None")]
    [InlineData("fake:hold", "Hold")]
    [InlineData("fake:pending=0", "Pending")]
    [InlineData("fake:unknown=86400000", "Unknown")]
    public void Only_the_exact_words_steer(string? description, string kind) =>
        Assert.Equal(kind, FakeSteering.Read(description).Kind.ToString());
}
