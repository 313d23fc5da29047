using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Tests.Backends;

public sealed class FakeInvoicesOnSqliteTests() : FakeInvoiceTests(StoreKind.Sqlite);

public sealed class FakeInvoicesOnPostgresTests() : FakeInvoiceTests(StoreKind.Postgres);

public abstract class FakeInvoiceTests(StoreKind kind)
{
    private static readonly TimeSpan AutoPay = new FakeLightningOptions().AutoPayDelay;

    [Fact]
    public async Task An_invoice_is_real_and_signed_with_the_nodes_key()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7, "two coffees", amountMsat: 150_000, seconds: 600);
        Assert.True(Bolt11.TryDecode(made.Request, out var invoice, out _));
        var status = Assert.IsType<LightningStatus.Reachable>(await node.Lightning.StatusAsync(CancellationToken.None));
        Assert.Equal(status.Node, invoice.Payee);
        Assert.Equal((status.Network, 150_000, made.PaymentHash, "two coffees", 600L, 18L),
            (invoice.Network, invoice.AmountMsat, invoice.PaymentHash, invoice.Description, invoice.ExpirySeconds, invoice.MinFinalCltvExpiry));
        Assert.Equal([8, 14], invoice.Features);
        Assert.Equal(node.Clock.GetUtcNow().ToUnixTimeSeconds(), invoice.Timestamp);
        Assert.Equal(FakeNode.Preimage(7).PaymentHash, made.PaymentHash);
        Assert.StartsWith("lnbcrt1500n1", made.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invoice_pays_itself_when_its_time_has_come_and_not_before()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7);
        node.Clock.Advance(AutoPay - TimeSpan.FromMilliseconds(1));
        Assert.Equal(new InvoiceStatus.Unpaid(), await node.GetInvoiceAsync(made));
        node.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.GetInvoiceAsync(made));
        Assert.Equal(CancelStatus.Settled, await node.Lightning.CancelInvoiceAsync(made.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task It_pays_itself_also_if_the_server_was_down_at_that_moment()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7);
        await node.RestartAsync();
        node.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.GetInvoiceAsync(made));
    }

    [Theory]
    [InlineData("fake:hold", 500)]
    [InlineData("", 0)]
    public async Task A_held_invoice_is_paid_on_demand_only(string description, int autoPayMs)
    {
        await using var node = await FakeNode.StartAsync(kind, new() { AutoPayDelay = TimeSpan.FromMilliseconds(autoPayMs) });
        var made = await node.InvoiceAsync(7, description);
        node.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(new InvoiceStatus.Unpaid(), await node.GetInvoiceAsync(made));
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.Lightning.PayInvoiceAsync(made.PaymentHash, CancellationToken.None));
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.GetInvoiceAsync(made));
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.Lightning.PayInvoiceAsync(made.PaymentHash, CancellationToken.None));
        Assert.Single(await ReadAsync(node.Lightning, 0, 1)); // paid twice, settled once
    }

    [Fact]
    public async Task A_held_invoice_expires_and_can_then_not_be_paid()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7, "fake:hold", seconds: 60);
        node.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(new InvoiceStatus.Expired(), await node.GetInvoiceAsync(made));
        Assert.Equal(new InvoiceStatus.Expired(), await node.Lightning.PayInvoiceAsync(made.PaymentHash, CancellationToken.None));
        Assert.Equal(CancelStatus.Canceled, await node.Lightning.CancelInvoiceAsync(made.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task A_canceled_invoice_does_not_pay_itself_and_cannot_be_paid()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7);
        Assert.Equal(CancelStatus.Canceled, await node.Lightning.CancelInvoiceAsync(made.PaymentHash, CancellationToken.None));
        node.Clock.Advance(AutoPay);
        Assert.Equal(new InvoiceStatus.Expired(), await node.GetInvoiceAsync(made));
        Assert.Equal(new InvoiceStatus.Expired(), await node.Lightning.PayInvoiceAsync(made.PaymentHash, CancellationToken.None));
        Assert.Equal(CancelStatus.Canceled, await node.Lightning.CancelInvoiceAsync(made.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task Canceling_comes_too_late_once_the_invoice_was_due()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7);
        node.Clock.Advance(AutoPay);
        Assert.Equal(CancelStatus.Settled, await node.Lightning.CancelInvoiceAsync(made.PaymentHash, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_not_there_or_somebody_elses_is_not_found()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var foreign = await node.ForeignAsync();
        foreach (var hash in new[] { foreign.PaymentHash, FakeNode.Preimage(9).PaymentHash })
        {
            Assert.Equal(new InvoiceStatus.NotFound(), await node.Lightning.GetInvoiceAsync(hash, CancellationToken.None));
            Assert.Equal(new InvoiceStatus.NotFound(), await node.Lightning.PayInvoiceAsync(hash, CancellationToken.None));
            Assert.Equal(CancelStatus.Canceled, await node.Lightning.CancelInvoiceAsync(hash, CancellationToken.None));
        }
    }

    [Fact]
    public async Task One_preimage_makes_one_invoice()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7);
        await Assert.ThrowsAsync<LightningException>(() => node.InvoiceAsync(7));
        node.Clock.Advance(AutoPay);
        Assert.Equal(new InvoiceStatus.Paid(21_000), await node.GetInvoiceAsync(made));
    }

    [Fact]
    public async Task The_stream_gives_what_was_paid_in_order_and_goes_on_from_its_cursor()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var hashes = new List<PaymentHash>();
        for (byte i = 1; i <= 3; i++)
        {
            hashes.Add((await node.InvoiceAsync(i, amountMsat: i * 1000)).PaymentHash);
            node.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        node.Clock.Advance(AutoPay);
        var all = await ReadAsync(node.Lightning, 0, 3);
        Assert.Equal(hashes, all.Select(p => p.PaymentHash));
        Assert.Equal([1000, 2000, 3000], all.Select(p => p.AmountMsat));
        await node.RestartAsync();
        Assert.Equal(all[1..], await ReadAsync(node.Lightning, all[0].Cursor, 2));
        Assert.Equal(all[2..], await ReadAsync(node.Another(), all[1].Cursor, 1));
    }

    [Fact]
    public async Task A_waiting_stream_is_told_at_once_by_its_own_server()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var made = await node.InvoiceAsync(7, "fake:hold");
        await using var stream = node.Lightning.IncomingPaymentsAsync(0, CancellationToken.None).GetAsyncEnumerator();
        var next = stream.MoveNextAsync();
        await node.Lightning.PayInvoiceAsync(made.PaymentHash, CancellationToken.None);
        Assert.True(await next); // the clock stands still
        Assert.Equal(made.PaymentHash, stream.Current.PaymentHash);
    }

    [Fact]
    public async Task A_waiting_stream_sees_what_another_server_made_and_settles_it_when_due()
    {
        await using var node = await FakeNode.StartAsync(kind);
        await using var stream = node.Lightning.IncomingPaymentsAsync(0, CancellationToken.None).GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask();
        var made = await node.Another().CreateInvoiceAsync(
            1000, "", TimeSpan.FromMinutes(1), FakeNode.Preimage(3), CancellationToken.None);
        while (!next.IsCompleted) await Task.WhenAny(node.Clock.PassPauseAsync(), next);
        Assert.True(await next);
        Assert.Equal(made.PaymentHash, stream.Current.PaymentHash);
    }

    [Fact]
    public async Task Servers_that_settle_at_the_same_time_settle_once()
    {
        await using var node = await FakeNode.StartAsync(kind);
        var servers = Enumerable.Range(0, 4).Select(_ => node.Another()).ToArray();
        var made = new List<CreatedInvoice>();
        for (byte i = 1; i <= 20; i++) made.Add(await node.InvoiceAsync(i));
        node.Clock.Advance(AutoPay);
        await Task.WhenAll(made.SelectMany(m => servers.Select(s => s.GetInvoiceAsync(m.PaymentHash, CancellationToken.None))));
        var settled = await ReadAsync(node.Lightning, 0, 20);
        Assert.Equal(20, settled.Select(p => p.PaymentHash).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), settled.Select(p => p.Cursor));
    }

    [Fact]
    public async Task A_stream_ends_when_it_is_told_to()
    {
        await using var node = await FakeNode.StartAsync(kind);
        using var stop = new CancellationTokenSource();
        await using var stream = node.Lightning.IncomingPaymentsAsync(0, stop.Token).GetAsyncEnumerator();
        var next = stream.MoveNextAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<List<IncomingPayment>> ReadAsync(FakeLightning lightning, long cursor, int count)
    {
        var payments = new List<IncomingPayment>();
        await foreach (var payment in lightning.IncomingPaymentsAsync(cursor, CancellationToken.None))
        {
            payments.Add(payment);
            if (payments.Count == count) break;
        }

        return payments;
    }
}
