using System.Text.Json.Nodes;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Tests.Backends;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>Every error that a wallet can meet by melting, as it meets it.</summary>
public sealed class MeltErrorTests : IAsyncLifetime
{
    private Melter _melter = null!;

    private MintHost Mint => _melter.Mint;

    public async Task InitializeAsync() => _melter = await Melter.StartAsync(
        StoreKind.Sqlite, ("Units:0", "sat"), ("Units:1", "msat"), ("MinMelt", "2"), ("MaxMelt", "1000"), ("Limits:Inputs", "4"),
        ("Limits:Outputs", "4"));

    public async Task DisposeAsync() => await Mint.DisposeAsync();

    [Fact]
    public async Task Quotes_are_refused_by_their_codes()
    {
        var invoice = await _melter.InvoiceAsync(10);
        var open = await Mint.Get<FakeLightning>().CreateForeignInvoiceAsync(null, "", TimeSpan.FromHours(1), CancellationToken.None);
        await RefusedAsync(10000, Quote("lnbc"));
        await RefusedAsync(10000, "{}");
        await RefusedAsync(10000, Quote("lnbc" + invoice.Request[6..]));
        await RefusedAsync(11011, Quote(open.Request));
        await RefusedAsync(11012, Quote(invoice.Request, amountless: 9_000));
        Assert.Equal(10, (int)(await Mint.OkAsync("/v1/melt/quote/bolt11", Quote(invoice.Request, amountless: 10_000)))["amount"]!);
        await RefusedAsync(11013, Quote(invoice.Request, "eur"));
        await RefusedAsync(11006, Quote((await _melter.InvoiceAsync(1)).Request));
        await RefusedAsync(11006, Quote((await _melter.InvoiceAsync(1001)).Request));
        var mpp = Quote(invoice.Request);
        mpp["options"] = new JsonObject { ["mpp"] = new JsonObject { ["amount"] = 1 } };
        await RefusedAsync(10000, mpp);
        var other = await Mint.PostAsync("/v1/melt/quote/bolt12", Quote(invoice.Request));
        Assert.Equal(11013, (int)other.Body["code"]!);
        Assert.Equal(20000, (int)(await Mint.GetAsync("/v1/melt/quote/bolt11/nope")).Body["code"]!);
    }

    [Fact]
    public async Task Melts_are_refused_by_their_codes()
    {
        var invoice = await _melter.InvoiceAsync(10);
        var quote = await _melter.QuoteAsync(invoice);
        var wallet = _melter.Wallet;
        var proofs = await wallet.MintAsync(8, 4, 2);
        await MeltRefusedAsync(20000, "nope", proofs);
        await MeltRefusedAsync(11005, quote, [proofs[0]]);
        await MeltRefusedAsync(10000, quote, []);
        await MeltRefusedAsync(11007, quote, [proofs[0], proofs[0]]);
        var blank = wallet.Output(1);
        await MeltRefusedAsync(11008, quote, proofs, [blank, blank]);
        await MeltRefusedAsync(11014, quote, [.. await wallet.MintAsync(8, 1, 1), .. await wallet.MintAsync(1, 1)]);
        await MeltRefusedAsync(11015, quote, proofs, wallet.Outputs(1, 1, 1, 1, 1));
        await MeltRefusedAsync(11010, quote, proofs, [wallet.Output(1, keyset: wallet.Keyset("msat"))]);
        await MeltRefusedAsync(10001, quote, [proofs[0] with { C = proofs[1].C }, proofs[1]]);
        await MeltRefusedAsync(12001, quote, [proofs[0] with { Id = Known.Keyset(7).Id }, proofs[1]]);
        var signed = wallet.Output(1);
        await Mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(await wallet.PaidQuoteAsync(1), [signed]));
        await MeltRefusedAsync(11003, quote, proofs, [signed]);
        await wallet.SwapAsync([proofs[2]], 2);
        await MeltRefusedAsync(11001, quote, proofs);
        await MeltRefusedAsync(11009, quote, [proofs[0], await MsatAsync()]);
        var msat = await _melter.QuoteAsync(invoice.Request, "msat");
        await MeltRefusedAsync(11005, (string)msat["quote"]!, proofs[..2]);
        Assert.Equal(200, (await _melter.MeltAsync(quote, proofs[..2])).Status);
        await MeltRefusedAsync(20006, quote, await wallet.MintAsync(8, 4));
        await _melter.AuditAsync();
    }

    [Fact]
    public async Task What_another_melt_holds_is_11002_and_its_blanks_11004()
    {
        var held = await _melter.Wallet.MintAsync(8, 4);
        var blank = _melter.Wallet.Output(1);
        var first = await _melter.QuoteAsync(await _melter.InvoiceAsync(10, "fake:pending=60000"));
        Assert.Equal("PENDING", (string)(await _melter.MeltAsync(first, held, [blank], preferAsync: true)).Body["state"]!);
        var quote = await _melter.QuoteAsync(await _melter.InvoiceAsync(10));
        await MeltRefusedAsync(11002, quote, held);
        await MeltRefusedAsync(11004, quote, await _melter.Wallet.MintAsync(8, 4), [blank]);
        await MeltRefusedAsync(20005, first, await _melter.Wallet.MintAsync(8, 4));
        var (_, swapped) = await Mint.PostAsync("/v1/swap", TestWallet.Swap(held, _melter.Wallet.Outputs(8, 4)));
        Assert.Equal(11002, (int)swapped["code"]!);
        await _melter.AuditAsync();
    }

    [Fact]
    public async Task What_is_too_late_is_20007()
    {
        var invoice = await _melter.InvoiceAsync(10, seconds: 1);
        var quote = await _melter.QuoteAsync(invoice);
        var proofs = await _melter.Wallet.MintAsync(8, 4);
        await Melter.EventuallyAsync(async () =>
            (int?)(await Mint.PostAsync("/v1/melt/quote/bolt11", Quote(invoice.Request))).Body["code"] == 20007);
        await Melter.EventuallyAsync(async () => (int?)(await _melter.MeltAsync(quote, [proofs[0]])).Body["code"] == 20007);
        Assert.Equal(["UNSPENT", "UNSPENT"], await _melter.StatesAsync(proofs));
    }

    [Fact]
    public async Task Melting_that_is_switched_off_is_20003()
    {
        var quote = await _melter.QuoteAsync(await _melter.InvoiceAsync(10));
        var proofs = await _melter.Wallet.MintAsync(8, 4);
        await Mint.RestartAsync(7, ("Melting", "false"));
        await RefusedAsync(20003, Quote((await _melter.InvoiceAsync(10)).Request));
        await MeltRefusedAsync(20003, quote, proofs);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_20004()
    {
        await Mint.RestartAsync();
        var invoice = await _melter.InvoiceAsync(10);
        _melter.Lightning.Status = _ => new LightningStatus.Unreachable("asleep");
        await RefusedAsync(20004, Quote(invoice.Request));
    }

    [Fact]
    public async Task A_keyset_that_is_over_takes_no_blanks_but_its_change_is_signed()
    {
        var invoice = await _melter.InvoiceAsync(10, "fake:pending=300");
        var quote = await _melter.QuoteAsync(invoice);
        var proofs = await _melter.Wallet.MintAsync(8, 8);
        var blanks = _melter.Wallet.Outputs(1, 1, 1);
        await _melter.MeltAsync(quote, proofs, blanks, preferAsync: true);
        Known.Ok(await Mint.Keyring.RotateAsync("sat", 100, null, CancellationToken.None));
        await MeltRefusedAsync(12002, quote, await _melter.Wallet.MintAsync(8, 8), [_melter.Wallet.Output(1, keyset: blanks[0].Keyset)]);
        var over = await _melter.QuoteAsync(await _melter.InvoiceAsync(10));
        var fresh = await _melter.Wallet.MintAsync(8, 8);
        Known.Ok(await Mint.Keyring.RotateAsync(
            "sat", 0, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1, CancellationToken.None));
        await MeltRefusedAsync(12003, over, fresh, [_melter.Wallet.Output(1)]);
        await _melter.UntilAsync(quote, "PAID");
        Assert.Equal([1UL, 4], Melter.Change(blanks, await _melter.GetAsync(quote)).Select(p => p.Amount));
        await _melter.AuditAsync();
    }

    private async Task<Proof> MsatAsync()
    {
        var output = _melter.Wallet.Output(1024, keyset: _melter.Wallet.Keyset("msat"));
        var quote = await _melter.Wallet.PaidQuoteAsync(1024, "msat");
        return TestWallet.Unblind([output], await Mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(quote, [output])))[0];
    }

    private static JsonObject Quote(string request, string unit = "sat", long? amountless = null)
    {
        var body = new JsonObject { ["request"] = request, ["unit"] = unit };
        if (amountless is not null) body["options"] = new JsonObject { ["amountless"] = new JsonObject { ["amount_msat"] = amountless } };
        return body;
    }

    private async Task MeltRefusedAsync(int code, string quote, Proof[] inputs, PreparedOutput[]? outputs = null)
    {
        var (status, answer) = await _melter.MeltAsync(quote, inputs, outputs);
        Assert.True(status == 400 && (int)answer["code"]! == code, $"{code}: {answer.ToJsonString()}");
    }

    private Task RefusedAsync(int code, JsonNode body) => RefusedAsync(code, body.ToJsonString());

    private async Task RefusedAsync(int code, string body)
    {
        var (status, answer) = await Mint.PostAsync("/v1/melt/quote/bolt11", body);
        Assert.True(status == 400 && (int)answer["code"]! == code, $"{code}: {answer.ToJsonString()}");
    }
}
