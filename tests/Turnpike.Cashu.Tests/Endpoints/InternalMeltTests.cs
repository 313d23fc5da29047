using System.Text.Json.Nodes;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class InternalMeltsOnSqliteTests() : InternalMeltTests(StoreKind.Sqlite);

public sealed class InternalMeltsOnPostgresTests() : InternalMeltTests(StoreKind.Postgres);

/// <summary>Invoices of this mint, paid by its own ecash.</summary>
public abstract class InternalMeltTests(StoreKind kind)
{
    [Fact]
    public async Task Two_wallets_of_one_mint_settle_without_lightning()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var bob = new TestWallet(mint, "bob");
        var owed = await bob.QuoteAsync(10);
        var quote = await melter.QuoteAsync((string)owed["request"]!);
        Assert.Equal((10, 0), ((int)quote["amount"]!, (int)quote["fee_reserve"]!));
        var inputs = await melter.Wallet.MintAsync(16);
        var blanks = melter.Wallet.Outputs(1, 1, 1);

        var (status, answer) = await melter.MeltAsync((string)quote["quote"]!, inputs, blanks);

        Assert.True(status == 200, answer.ToJsonString());
        Assert.Equal([2UL, 4], Melter.Change(blanks, answer).Select(p => p.Amount));
        Assert.True(Kernel.Encodings.Bolt11.TryDecode((string)owed["request"]!, out var invoice, out _));
        Assert.True(Preimage.TryParse((string)answer["payment_preimage"]!, out var preimage));
        Assert.Equal(invoice.PaymentHash, preimage.PaymentHash);
        Assert.Equal("PAID", (string)(await mint.GetAsync("/v1/mint/quote/bolt11/" + (string)owed["quote"]!)).Body["state"]!);
        Assert.IsType<InvoiceStatus.Expired>(await mint.Get<FakeLightning>().GetInvoiceAsync(invoice.PaymentHash, CancellationToken.None));
        Assert.Equal(0, melter.Lightning.Sends);
        var outputs = bob.Outputs(8, 2);
        TestWallet.Unblind(outputs, await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint((string)owed["quote"]!, outputs)));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task An_invoice_of_our_own_that_cannot_be_settled_inside_is_refused()
    {
        var melter = await Melter.StartAsync(kind, ("Units:0", "sat"), ("Units:1", "msat"));
        await using var mint = melter.Mint;
        var owed = await melter.Wallet.QuoteAsync(10);
        await RefusedAsync(mint, (string)owed["request"]!, "msat");
        var quote = (string)(await melter.QuoteAsync((string)owed["request"]!))["quote"]!;
        await melter.Wallet.PayAsync(owed);
        await RefusedAsync(mint, (string)owed["request"]!, "sat");
        var inputs = await melter.Wallet.MintAsync(16);
        Assert.Equal(20006, (int)(await melter.MeltAsync(quote, inputs)).Body["code"]!);
        // Our node's, of a quote that is there no longer.
        var pruned = await mint.Get<FakeLightning>().CreateInvoiceAsync(
            10_000, "", TimeSpan.FromHours(1), FakeNode.Preimage(3), CancellationToken.None);
        await RefusedAsync(mint, pruned.Request, "sat");
        Assert.Equal(["UNSPENT"], await melter.StatesAsync(inputs));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task Settled_inside_or_at_the_node_but_never_both()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var (inside, outside) = (0, 0);
        for (var i = 0; i < 12; i++)
        {
            var owed = await melter.Wallet.QuoteAsync(8);
            var quote = (string)(await melter.QuoteAsync((string)owed["request"]!))["quote"]!;
            var inputs = await melter.Wallet.MintAsync(8);
            var melting = melter.MeltAsync(quote, inputs);
            var paying = mint.PostAsync("/dev/cashu/pay", new JsonObject { ["request"] = (string)owed["request"]! });
            var (status, answer) = await melting;
            var paid = (string)(await paying).Body["state"]! == "PAID";
            if (status == 200) inside++;
            else outside++;
            Assert.True(status == 200 ? !paid : paid && (int)answer["code"]! == 20006, $"{paid}: {answer.ToJsonString()}");
            Assert.Equal(status == 200 ? "SPENT" : "UNSPENT", (await melter.StatesAsync(inputs))[0]);
            Assert.Equal("PAID", (string)(await mint.GetAsync("/v1/mint/quote/bolt11/" + (string)owed["quote"]!)).Body["state"]!);
            await melter.AuditAsync();
        }

        Assert.Equal(12, inside + outside);
    }

    [Fact]
    public async Task A_node_that_does_not_say_whether_it_has_canceled_is_asked_again()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var owed = await melter.Wallet.QuoteAsync(8);
        var quote = (string)(await melter.QuoteAsync((string)owed["request"]!))["quote"]!;
        var silent = 2;
        melter.Lightning.Canceling = () => silent-- > 0 ? CancelStatus.Unknown : null;
        var (status, answer) = await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8));
        Assert.True(status == 200, answer.ToJsonString());
        Assert.True(silent < 0);
        await melter.AuditAsync();
    }

    [Fact]
    public async Task What_the_node_settles_after_we_did_inside_is_credited_to_nobody()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var owed = await melter.Wallet.QuoteAsync(8);
        var quote = (string)(await melter.QuoteAsync((string)owed["request"]!))["quote"]!;
        // The node lies: it is paid nevertheless.
        melter.Lightning.Canceling = () => CancelStatus.Canceled;
        Assert.Equal(200, (await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8))).Status);
        await melter.Wallet.PayAsync(owed);
        var credited = (await mint.GetAsync("/v1/mint/quote/bolt11/" + (string)owed["quote"]!)).Body;
        Assert.Equal(8, (int)credited["amount_paid"]!);
        await melter.AuditAsync();
    }

    private static async Task RefusedAsync(MintHost mint, string request, string unit)
    {
        var (status, answer) = await mint.PostAsync("/v1/melt/quote/bolt11", new JsonObject { ["request"] = request, ["unit"] = unit });
        Assert.True(status == 400 && (int)answer["code"]! == 20006, answer.ToJsonString());
    }
}
