using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>A mint whose node can be steered, and what a wallet does with it to pay an invoice.</summary>
internal sealed class Melter(MintHost mint, string name = "m")
{
    public MintHost Mint => mint;

    public TestWallet Wallet { get; } = new(mint, name);

    public SteeredLightning Lightning => mint.Get<SteeredLightning>();

    public static Task<Melter> StartAsync(StoreKind kind, params (string Key, string Value)[] settings) =>
        StartAsync(kind, static _ => { }, settings);

    public static async Task<Melter> StartAsync(
        StoreKind kind, Action<IServiceCollection> configure, params (string Key, string Value)[] settings) =>
        new(await MintHost.StartAsync(kind, SteeredLightning.Configure + configure,
            [("Fake:PayDelay", "00:00:00.010"), ("Turnpike:Storage:LeaseDuration", "00:00:05"), .. settings]));

    /// <summary>An invoice of a node elsewhere.</summary>
    public async Task<CreatedInvoice> InvoiceAsync(long sat, string description = "", int seconds = 3600) =>
        await mint.Get<FakeLightning>().CreateForeignInvoiceAsync(
            sat * 1000, description, TimeSpan.FromSeconds(seconds), CancellationToken.None);

    public Task<JsonNode> QuoteAsync(string request, string unit = "sat") =>
        mint.OkAsync("/v1/melt/quote/bolt11", new JsonObject { ["request"] = request, ["unit"] = unit });

    public async Task<string> QuoteAsync(CreatedInvoice invoice) => (string)(await QuoteAsync(invoice.Request))["quote"]!;

    public static JsonObject Body(
        string quote, IEnumerable<Proof> inputs, IEnumerable<PreparedOutput>? outputs = null, bool preferAsync = false)
    {
        var body = new JsonObject { ["quote"] = quote, ["inputs"] = TestWallet.Json(inputs) };
        if (outputs is not null) body["outputs"] = TestWallet.Json(outputs);
        if (preferAsync) body["prefer_async"] = true;
        return body;
    }

    public Task<(int Status, JsonNode Body)> MeltAsync(
        string quote, IEnumerable<Proof> inputs, IEnumerable<PreparedOutput>? outputs = null, bool preferAsync = false) =>
        mint.PostAsync("/v1/melt/bolt11", Body(quote, inputs, outputs, preferAsync));

    public async Task<JsonNode> GetAsync(string quote)
    {
        var (status, body) = await mint.GetAsync("/v1/melt/quote/bolt11/" + quote);
        Assert.True(status == 200, body.ToJsonString());
        return body;
    }

    public async Task<string> StateAsync(string quote) => (string)(await GetAsync(quote))["state"]!;

    public Task UntilAsync(string quote, string state) => mint.UntilAsync(async () => await StateAsync(quote) == state);

    /// <summary>For what changes without an event: looks until it holds.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (!await holds()) await timer.WaitForNextTickAsync(limit.Token);
    }

    public async Task<string[]> StatesAsync(IEnumerable<Proof> proofs)
    {
        var ys = new JsonArray([.. proofs.Select(p => (JsonNode)TestWallet.Y(p).ToString())]);
        var answer = await mint.OkAsync("/v1/checkstate", new JsonObject { ["Ys"] = ys });
        return [.. answer["states"]!.AsArray().Select(s => (string)s!["state"]!)];
    }

    /// <summary>The change, unblinded and verified.</summary>
    public static Proof[] Change(PreparedOutput[] blanks, JsonNode answer)
    {
        var change = answer["change"]!.AsArray();
        var signed = blanks.Take(change.Count).Select((b, i) => b with { Amount = (ulong)change[i]!["amount"]! });
        return TestWallet.Unblind([.. signed], new JsonObject { ["signatures"] = change.DeepClone() });
    }

    public Task<long> PaysAsync(CreatedInvoice invoice) =>
        mint.Get<FakeLightning>().CountPaysAsync(invoice.PaymentHash, CancellationToken.None);

    public Task<IReadOnlyList<StoredPayment>> PaymentsAsync(string quote) =>
        mint.Database.ReadAsync(reads => PaymentTable.ReadAsync(reads, new QuoteId(quote)), CancellationToken.None);

    /// <summary>Lets the time pass after which the first payment of a quote, which failed, is asked about again.</summary>
    public async Task PassReleaseAsync(string quote) => Known.Ok(await mint.Database.CommitAsync<bool>(Locks.None, work =>
    {
        PaymentTable.WriteAskAt(work, new PaymentKey(new QuoteId(quote), 1), 0);
        return ValueTask.FromResult<Result<bool>>(true);
    }, CancellationToken.None));

    public async Task AuditAsync() => Assert.Empty(await mint.AuditAsync());
}
