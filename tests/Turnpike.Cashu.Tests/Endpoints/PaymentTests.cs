using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class PaymentsOnSqliteTests() : PaymentTests(StoreKind.Sqlite);

public sealed class PaymentsOnPostgresTests() : PaymentTests(StoreKind.Postgres);

/// <summary>The rows of the table of outcomes (docs/specs/cashu.md 7.5) that an invoice's description cannot ask for.</summary>
public abstract class PaymentTests(StoreKind kind)
{
    private static readonly Preimage s_preimage = FakeNode.Preimage(9);

    [Fact]
    public async Task What_the_node_pays_already_or_has_paid_is_not_paid_again()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        foreach (var description in new[] { "", "fake:pending=2000" })
        {
            var invoice = await melter.InvoiceAsync(10, description);
            var quote = await melter.QuoteAsync(invoice);
            // By somebody else who uses the node.
            var before = mint.Get<FakeLightning>().PayAsync(invoice.Request, null, 1000, TimeSpan.FromMinutes(1), CancellationToken.None);
            await mint.Get<FakeLightning>().GetPaymentAsync(invoice.PaymentHash, null, CancellationToken.None);
            if (description.Length == 0) await before;
            else await InFlightAsync(melter, invoice);
            var inputs = await melter.Wallet.MintAsync(8, 4);
            var (status, answer) = await melter.MeltAsync(quote, inputs);
            Assert.Equal((400, 20006), (status, (int)answer["code"]!));
            Assert.Equal(["UNSPENT", "UNSPENT"], await melter.StatesAsync(inputs));
            var payment = Assert.Single(await melter.PaymentsAsync(quote));
            Assert.Equal((null, null), (payment.Note, payment.AskAt));
            await before;
        }

        Assert.Equal(0, melter.Lightning.Sends);
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_failure_that_is_older_than_the_note_says_nothing_of_this_payment()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, "fake:fail");
        var failed = Assert.IsType<PaymentStatus.Failed>(
            await mint.Get<FakeLightning>().PayAsync(invoice.Request, null, 1000, TimeSpan.FromMinutes(1), CancellationToken.None));
        var quote = await melter.QuoteAsync(invoice);
        var lost = 2;
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(lost-- > 0 ? new PaymentStatus.Unknown("the wire broke") : null);
        var (_, answer) = await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4));
        // Twice nothing left; the old failure was not taken for an answer; the third one is.
        Assert.Equal((20004, 1), ((int)answer["code"]!, melter.Lightning.Sends));
        Assert.Equal(failed.Index, Assert.Single(await melter.PaymentsAsync(quote)).Note!.Index);
        await melter.AuditAsync();
    }

    [Fact]
    public async Task Another_node_decides_nothing()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10);
        var quote = await melter.QuoteAsync(invoice);
        var asked = new TaskCompletionSource();
        melter.Lightning.Sending = _ =>
        {
            // It is paid, but the answer is lost, and then another node stands where this one was.
            melter.Lightning.Sent = _ => throw new IOException("the wire broke");
            melter.Lightning.Status = status =>
            {
                asked.TrySetResult();
                return status is LightningStatus.Reachable r ? r with { Node = Known.Key(Known.Generator) } : status;
            };
            return Task.FromResult<PaymentStatus?>(null);
        };
        var melting = melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4));
        await asked.Task;
        Assert.Equal("PENDING", await melter.StateAsync(quote));
        melter.Lightning.Status = null;
        Assert.Equal("PAID", (string)(await melting).Body["state"]!);
        Assert.Equal((1, 1L), (melter.Lightning.Sends, await melter.PaysAsync(invoice)));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_payment_that_was_never_sent_is_given_up_with_its_callers_patience()
    {
        var melter = await Melter.StartAsync(kind, ("PayTimeout", "1"));
        await using var mint = melter.Mint;
        var quote = await melter.QuoteAsync(await melter.InvoiceAsync(10));
        var inputs = await melter.Wallet.MintAsync(8, 4);
        melter.Lightning.Asked = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.Unknown("it sleeps"));
        await melter.MeltAsync(quote, inputs);
        await melter.UntilAsync(quote, "UNPAID");
        var payment = Assert.Single(await melter.PaymentsAsync(quote));
        Assert.Equal((20004, null, null), (payment.Error, payment.Note, payment.AskAt));
        Assert.Equal(["UNSPENT", "UNSPENT"], await melter.StatesAsync(inputs));
        Assert.Equal(0, melter.Lightning.Sends);
        await melter.AuditAsync();
    }

    [Theory]
    [InlineData("paid")]
    [InlineData("failed")]
    [InlineData("retry")]
    public async Task What_the_node_has_shown_and_forgotten_is_an_operators_to_decide(string decision)
    {
        var melter = await Melter.StartAsync(kind, ("PayTimeout", "1"));
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10);
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.InFlight(1));
        var (status, answer) = await melter.MeltAsync(quote, inputs, preferAsync: true);
        Assert.Equal((200, "PENDING"), (status, (string)answer["state"]!));
        // The node's records are deleted: it is asked and knows nothing; nothing is sent.
        var key = new PaymentKey(new QuoteId(quote), 1);
        await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(quote)).IsShown);
        melter.Lightning.Sending = null;
        var asks = 0;
        var enough = new TaskCompletionSource();
        melter.Lightning.Asked = _ =>
        {
            if (Interlocked.Increment(ref asks) == 3) enough.TrySetResult();
            return Task.FromResult<PaymentStatus?>(null);
        };
        await enough.Task;
        Assert.Equal(("PENDING", 0), (await melter.StateAsync(quote), melter.Lightning.Sends));

        var desk = mint.Get<MeltDesk>();
        if (decision == "paid")
            Assert.True(Known.Ok(await desk.ResolvePaidAsync(key.Quote, new Scalar(s_preimage.Span), 1000, CancellationToken.None)));
        else if (decision == "failed") Assert.True(Known.Ok(await desk.ResolveFailedAsync(key.Quote, CancellationToken.None)));
        else Assert.True(Known.Ok(await desk.RetryAsync(key.Quote, CancellationToken.None)));

        await melter.UntilAsync(quote, decision == "failed" ? "UNPAID" : "PAID");
        Assert.Equal(decision == "failed" ? "UNSPENT" : "SPENT", (await melter.StatesAsync(inputs))[0]);
        Assert.Equal(decision == "retry" ? 1 : 0, await melter.PaysAsync(invoice));
        Assert.Equal(decision == "failed" ? PaymentOutcome.Failed : PaymentOutcome.Paid,
            Assert.Single(Known.Ok(await desk.ReadAsync(key.Quote, CancellationToken.None)).Payments).Outcome);
        await melter.AuditAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_paid_after_its_inputs_were_given_back_is_booked_as_it_is(bool spent)
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10);
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.Failed("it says", 1));
        Assert.Equal(20004, (int)(await melter.MeltAsync(quote, inputs)).Body["code"]!);
        melter.Lightning.Sending = null;
        if (spent) await melter.Wallet.SwapAsync([inputs[0]], 8);

        // A server that slept sends it after all.
        await mint.Get<FakeLightning>().PayAsync(invoice.Request, null, 1000, TimeSpan.FromMinutes(1), CancellationToken.None);

        await melter.PassReleaseAsync(quote);
        await melter.UntilAsync(quote, "PAID");
        Assert.Equal(["SPENT", "SPENT"], await melter.StatesAsync(inputs));
        Assert.Equal(20006, (int)(await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4))).Body["code"]!);
        var books = Assert.Single(await mint.Database.ReadAsync(MintAudit.ReadAsync, CancellationToken.None));
        // 10 and 1 for Lightning went out; 12 or 4 came back.
        Assert.Equal(spent ? -7 : 1, (int)books.Kept);
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_late_payment_is_that_of_a_newer_attempt_if_that_was_paid()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10);
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.Failed("it says", 1));
        await melter.MeltAsync(quote, inputs);
        melter.Lightning.Sending = null;
        Assert.Equal("PAID", (string)(await melter.MeltAsync(quote, inputs)).Body["state"]!);
        await melter.PassReleaseAsync(quote);
        await Melter.EventuallyAsync(async () => (await melter.PaymentsAsync(quote))[0].AskAt is null);
        Assert.Equal([PaymentOutcome.Failed, PaymentOutcome.Paid], (await melter.PaymentsAsync(quote)).Select(p => p.Outcome));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_failed_payment_is_asked_about_twice_and_then_never_again()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        foreach (var seconds in new[] { 3600, 3 })
        {
            var invoice = await melter.InvoiceAsync(10, "fake:fail", seconds);
            var quote = await melter.QuoteAsync(invoice);
            await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4));
            var end = Kernel.Encodings.Bolt11.TryDecode(invoice.Request, out var decoded, out _) ? decoded.ExpiresAt : 0;
            await melter.PassReleaseAsync(quote);
            // Once more when the invoice is over, and by then never again.
            await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(quote)).AskAt == (seconds > 3 ? end : null));
        }
    }

    [Fact]
    public async Task A_melt_that_costs_more_than_was_given_is_a_loss_and_nothing_worse()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        melter.Lightning.Sent = status => status is PaymentStatus.Paid paid ? paid with { FeeMsat = long.MaxValue } : status;
        var blanks = melter.Wallet.Outputs(1, 1);
        var (status, answer) = await melter.MeltAsync(
            await melter.QuoteAsync(await melter.InvoiceAsync(10)), await melter.Wallet.MintAsync(8, 4), blanks);
        Assert.True(status == 200, answer.ToJsonString());
        Assert.Empty(answer["change"]!.AsArray());
        await melter.AuditAsync();
    }

    private static async Task InFlightAsync(Melter melter, CreatedInvoice invoice)
    {
        while (await melter.Mint.Get<FakeLightning>().GetPaymentAsync(invoice.PaymentHash, null, CancellationToken.None)
            is PaymentStatus.NotFound) await Task.Yield();
    }
}
