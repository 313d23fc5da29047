using System.Text.Json.Nodes;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class MeltsOnSqliteTests() : MeltTests(StoreKind.Sqlite);

public sealed class MeltsOnPostgresTests() : MeltTests(StoreKind.Postgres);

/// <summary>Melts as wallets see them, and what the node is told meanwhile.</summary>
public abstract class MeltTests(StoreKind kind)
{
    [Fact]
    public async Task A_melt_pays_the_invoice_and_gives_change()
    {
        var melter = await Melter.StartAsync(kind, ("InputFeePpk", "300"));
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(100);
        var quote = await melter.QuoteAsync(invoice.Request);
        Assert.Equal(("UNPAID", 100, 2), ((string)quote["state"]!, (int)quote["amount"]!, (int)quote["fee_reserve"]!));
        Assert.True(quote.AsObject().ContainsKey("payment_preimage"));
        Assert.Null(quote["payment_preimage"]);
        var inputs = await melter.Wallet.MintAsync(64, 64);
        var blanks = melter.Wallet.Outputs(1, 1, 1, 1, 1, 1, 1);

        var (status, answer) = await melter.MeltAsync((string)quote["quote"]!, inputs, blanks);

        Assert.True(status == 200, answer.ToJsonString());
        Assert.Equal("PAID", (string)answer["state"]!);
        Assert.Equal(answer.ToJsonString(), (await melter.GetAsync((string)quote["quote"]!)).ToJsonString());
        Assert.True(Preimage.TryParse((string)answer["payment_preimage"]!, out var preimage));
        Assert.Equal(invoice.PaymentHash, preimage.PaymentHash);
        // 128 given, 1 for the inputs, 100 paid, 1 for the payment.
        var change = Melter.Change(blanks, answer);
        Assert.Equal([2UL, 8, 16], change.Select(p => p.Amount));
        Assert.Equal(["SPENT", "SPENT"], await melter.StatesAsync(inputs));
        Assert.Equal(1, await melter.PaysAsync(invoice));
        // The blanks that were not used are free.
        PreparedOutput[] outputs = [.. melter.Wallet.Outputs(16, 8), blanks[6]];
        TestWallet.Unblind(outputs, await mint.OkAsync("/v1/swap", TestWallet.Swap(change, outputs)));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task Change_is_told_of_only_where_outputs_were_given()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        foreach (var outputs in new[] { null, Array.Empty<PreparedOutput>(), melter.Wallet.Outputs(1) })
        {
            var quote = await melter.QuoteAsync(await melter.InvoiceAsync(5));
            // 5 and the reserve of 2: 1 comes back, as the payment costs 1.
            var (_, answer) = await melter.MeltAsync(quote, await melter.Wallet.MintAsync(4, 2, 1), outputs);
            Assert.Equal(outputs is not null, answer.AsObject().ContainsKey("change"));
            Assert.Equal(outputs?.Length, answer["change"]?.AsArray().Count);
        }

        await melter.AuditAsync();
    }

    [Fact]
    public async Task Too_few_blanks_get_the_largest_parts()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var blanks = melter.Wallet.Outputs(1, 1);
        var (_, answer) = await melter.MeltAsync(
            await melter.QuoteAsync(await melter.InvoiceAsync(8)), await melter.Wallet.MintAsync(64), blanks);
        // 55 come back: 1, 2, 4, 16, 32.
        Assert.Equal([16UL, 32], Melter.Change(blanks, answer).Select(p => p.Amount));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_payment_that_fails_gives_everything_back_and_can_be_tried_again()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, "fake:fail");
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        var blanks = melter.Wallet.Outputs(1, 1);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var (status, answer) = await melter.MeltAsync(quote, inputs, blanks);
            Assert.Equal((400, 20004), (status, (int)answer["code"]!));
            Assert.Equal("UNPAID", await melter.StateAsync(quote));
            Assert.Equal(["UNSPENT", "UNSPENT"], await melter.StatesAsync(inputs));
            var payments = await melter.PaymentsAsync(quote);
            Assert.Equal(attempt, payments.Count);
            Assert.Equal((PaymentOutcome.Failed, 20004), (payments[^1].Outcome, payments[^1].Error!.Value));
            Assert.Equal(12UL, payments[^1].Released.Aggregate(0UL, (sum, r) => sum + r.Amount));
        }

        await melter.Wallet.SwapAsync(inputs, 8, 4);
        Assert.Equal(0, await melter.PaysAsync(invoice));
        await melter.AuditAsync();
    }

    [Theory]
    [InlineData("fake:pending=200")]
    [InlineData("fake:unknown=200")]
    public async Task Whoever_prefers_it_is_answered_at_once_and_the_payment_goes_on(string description)
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, description);
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        var body = Melter.Body(quote, inputs, melter.Wallet.Outputs(1), preferAsync: true).ToJsonString();

        var first = await mint.PostAsync("/v1/melt/bolt11", body);

        Assert.Equal((200, "PENDING"), (first.Status, (string)first.Body["state"]!));
        Assert.Equal(["PENDING", "PENDING"], await melter.StatesAsync(inputs));
        Assert.Equal(20005, (int)(await melter.MeltAsync(quote, inputs)).Body["code"]!);
        Assert.Equal(20006, (int)(await mint.PostAsync("/v1/melt/quote/bolt11",
            new JsonObject { ["request"] = invoice.Request, ["unit"] = "sat" })).Body["code"]!);
        await melter.UntilAsync(quote, "PAID");
        var repeated = await mint.PostAsync("/v1/melt/bolt11", body);
        Assert.Equal((200, "PAID"), (repeated.Status, (string)repeated.Body["state"]!));
        Assert.Equal(1, await melter.PaysAsync(invoice));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_repetition_waits_for_the_same_payment_and_gets_the_same_answer()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, "fake:pending=300");
        var inputs = await melter.Wallet.MintAsync(8, 4);
        var body = Melter.Body(await melter.QuoteAsync(invoice), inputs, melter.Wallet.Outputs(1)).ToJsonString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => mint.PostAsync("/v1/melt/bolt11", body)));
        await mint.RestartAsync();
        var later = await mint.PostAsync("/v1/melt/bolt11", body);

        Assert.All(answers.Append(later), a => Assert.True(a.Status == 200, a.Body.ToJsonString()));
        Assert.Single(answers.Append(later).Select(a => a.Body.ToJsonString()).Distinct());
        Assert.Equal(1, await melter.PaysAsync(invoice));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task A_caller_whose_patience_ends_gets_the_quote_as_it_is()
    {
        var melter = await Melter.StartAsync(kind, ("PayTimeout", "1"));
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, "fake:pending=2500");
        var quote = await melter.QuoteAsync(invoice);
        var (status, answer) = await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4));
        Assert.Equal((200, "PENDING"), (status, (string)answer["state"]!));
        await melter.UntilAsync(quote, "PAID");
        Assert.Equal(1, await melter.PaysAsync(invoice));
    }

    [Fact]
    public async Task A_payment_that_the_node_never_heard_of_is_sent_again_until_the_invoice_is_over()
    {
        var melter = await Melter.StartAsync(kind, ("PayTimeout", "1"));
        await using var mint = melter.Mint;
        var invoice = await melter.InvoiceAsync(10, "fake:lost", seconds: 2);
        var quote = await melter.QuoteAsync(invoice);
        var inputs = await melter.Wallet.MintAsync(8, 4);
        Assert.Equal("PENDING", (string)(await melter.MeltAsync(quote, inputs, preferAsync: true)).Body["state"]!);
        await melter.UntilAsync(quote, "UNPAID");
        Assert.True(melter.Lightning.Sends > 1, "It was not sent again");
        Assert.Equal(20004, Assert.Single(await melter.PaymentsAsync(quote)).Error);
        Assert.Equal(["UNSPENT", "UNSPENT"], await melter.StatesAsync(inputs));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task An_amount_can_be_given_for_an_invoice_without_one()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoice = await mint.Get<FakeLightning>().CreateForeignInvoiceAsync(null, "", TimeSpan.FromHours(1), CancellationToken.None);
        var quote = await mint.OkAsync("/v1/melt/quote/bolt11", new JsonObject
        {
            ["request"] = invoice.Request,
            ["unit"] = "sat",
            ["options"] = new JsonObject { ["amountless"] = new JsonObject { ["amount_msat"] = 9_500 } },
        });
        Assert.Equal(10, (int)quote["amount"]!);
        var (status, answer) = await melter.MeltAsync((string)quote["quote"]!, await melter.Wallet.MintAsync(8, 4));
        Assert.True(status == 200, answer.ToJsonString());
        Assert.Equal(1, await melter.PaysAsync(invoice));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task Conditions_over_everything_cover_the_quote_and_the_blanks()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var secret = "[\"P2PK\",{\"nonce\":\"1\",\"data\":\"" + Known.Generator + "\",\"tags\":[[\"sigflag\",\"SIG_ALL\"]]}]";
        var outputs = new[] { melter.Wallet.Output(16, secret) };
        var locked = TestWallet.Unblind(
            outputs, await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(await melter.Wallet.PaidQuoteAsync(16), outputs)));
        var quote = await melter.QuoteAsync(await melter.InvoiceAsync(10));
        var blanks = melter.Wallet.Outputs(1, 1);
        var messages = blanks.Select(b => new BlindedMessage(1, b.Keyset.Id, PointText.Of(b.Blinded))).ToList();
        var one = new byte[32];
        one[31] = 1;
        foreach (var named in new[] { "another", quote })
        {
            var message = SpendingRules.MessageOfAll(locked, messages, new QuoteId(named));
            var signature = new byte[64];
            Secp256k1.SignSchnorr(one, System.Security.Cryptography.SHA256.HashData(message), new byte[32], signature);
            var witness = Cashu.Wire.WitnessJson.Make([Convert.ToHexStringLower(signature)]);
            var (status, answer) = await melter.MeltAsync(quote, [locked[0] with { Witness = witness }], blanks);
            if (named == quote) Assert.True(status == 200, answer.ToJsonString());
            else Assert.Equal(10001, (int)answer["code"]!);
        }

        await melter.AuditAsync();
    }
}
