using System.Text.Json.Nodes;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Tests.Backends;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class AdminOnSqliteTests() : AdminTests(StoreKind.Sqlite);

public sealed class AdminOnPostgresTests() : AdminTests(StoreKind.Postgres);

/// <summary>What an operator sees and does; who may is the host's matter.</summary>
public abstract class AdminTests(StoreKind kind)
{
    [Fact]
    public async Task Keysets_are_told_with_what_they_issued_and_are_rotated()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        await melter.Wallet.SwapAsync(await melter.Wallet.MintAsync(8), 4, 4);
        var rotated = await mint.OkAsync("/admin/cashu/rotate", new JsonObject { ["unit"] = "sat", ["input_fee_ppk"] = 100 });
        Assert.Equal(100, (int)Assert.Single(rotated["keysets"]!.AsArray())!["input_fee_ppk"]!);
        var told = (await mint.GetAsync("/admin/cashu/keysets")).Body["keysets"]!.AsArray();
        Assert.Equal([(false, 16, 8), (true, 0, 0)], told.Select(k => ((bool)k!["active"]!, (int)k["issued"]!, (int)k["redeemed"]!)));
        foreach (var (code, body) in new[]
        {
            (11013, new JsonObject { ["unit"] = "eur" }), (10000, new JsonObject()),
            (10000, new JsonObject { ["unit"] = "sat", ["input_fee_ppk"] = 100_001 }),
            (10000, new JsonObject { ["unit"] = "sat", ["final_expiry"] = 1 }),
        })
        {
            Assert.Equal(code, (int)(await mint.PostAsync("/admin/cashu/rotate", body)).Body["code"]!);
        }
    }

    [Fact]
    public async Task The_audit_tells_the_books_of_each_unit()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var quote = await melter.QuoteAsync(await melter.InvoiceAsync(5));
        await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8));
        var audit = (await mint.GetAsync("/admin/cashu/audit")).Body;
        var unit = """{"unit":"sat","credited":8,"unissued":0,"paid_out":6,"outstanding":0,"kept":2,"difference":0}""";
        Assert.Equal($$"""{"units":[{{unit}}],"faults":[]}""", audit.ToJsonString());
    }

    [Fact]
    public async Task A_melt_in_doubt_is_listed_told_of_and_resolved()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var quote = await melter.QuoteAsync(await melter.InvoiceAsync(10));
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.InFlight(1));
        await melter.MeltAsync(quote, await melter.Wallet.MintAsync(8, 4), preferAsync: true);
        await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(quote)).IsShown);

        var open = Assert.Single((await mint.GetAsync("/admin/cashu/payments")).Body["payments"]!.AsArray())!;
        Assert.Equal((quote, 1), ((string)open["quote"]!, (int)open["attempt"]!));
        Assert.Equal(("open", true), ((string)open["outcome"]!, (bool)open["shown"]!));
        var path = "/admin/cashu/melt/" + quote;
        Assert.Equal("PENDING", (string)(await mint.GetAsync(path)).Body["quote"]!["state"]!);
        Assert.Equal(10000, (int)(await mint.PostAsync(path + "/resolve", new JsonObject { ["outcome"] = "paid" })).Body["code"]!);
        Assert.Equal(10000, (int)(await mint.PostAsync(path + "/resolve", new JsonObject { ["outcome"] = "maybe" })).Body["code"]!);
        Assert.Equal(20000, (int)(await mint.PostAsync("/admin/cashu/melt/nope/retry", new JsonObject())).Body["code"]!);

        var paid = new JsonObject { ["outcome"] = "paid", ["payment_preimage"] = new string('a', 64), ["fee_msat"] = 1500 };
        Assert.True((bool)(await mint.OkAsync(path + "/resolve", paid))["done"]!);

        Assert.Equal("PAID", await melter.StateAsync(quote));
        Assert.Equal("paid", (string)(await mint.GetAsync(path)).Body["payments"]![0]!["outcome"]!);
        Assert.Empty((await mint.GetAsync("/admin/cashu/payments")).Body["payments"]!.AsArray());
        Assert.False((bool)(await mint.OkAsync(path + "/retry", new JsonObject()))["done"]!);
        Assert.False((bool)(await mint.OkAsync(path + "/resolve", new JsonObject { ["outcome"] = "failed" }))["done"]!);
        await melter.AuditAsync();
    }
}
