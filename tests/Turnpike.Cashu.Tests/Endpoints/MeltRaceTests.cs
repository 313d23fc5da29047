using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class MeltRacesOnSqliteTests() : MeltRaceTests(StoreKind.Sqlite);

public sealed class MeltRacesOnPostgresTests() : MeltRaceTests(StoreKind.Postgres)
{
    [Fact]
    public async Task A_server_that_is_gone_leaves_its_payments_to_another_and_pays_nothing_when_it_comes_back()
    {
        var one = await Melter.StartAsync(StoreKind.Postgres);
        await using var first = one.Mint;
        await using var second = await first.StartAnotherAsync();
        var two = new Melter(second, "two");
        var invoice = await one.InvoiceAsync(10);
        var quote = await one.QuoteAsync(invoice);
        var inputs = await one.Wallet.MintAsync(8, 4);
        // It has noted, and sleeps before it sends.
        var (asleep, awake) = (new TaskCompletionSource(), new TaskCompletionSource());
        one.Lightning.Sending = async _ =>
        {
            asleep.TrySetResult();
            await awake.Task;
            return null;
        };
        var melting = one.MeltAsync(quote, inputs);
        await asleep.Task;

        await LapseAsync(first);
        var (status, waited) = await second.PostAsync("/v1/melt/bolt11", Melter.Body(quote, inputs));
        Assert.True(status == 200, waited.ToJsonString());
        Assert.Equal((0, 1), (one.Lightning.Sends, two.Lightning.Sends));

        awake.SetResult();
        Assert.Equal((200, waited.ToJsonString()), ((await melting) is var (s, b) ? (s, b.ToJsonString()) : default));
        Assert.Equal(1, await one.PaysAsync(invoice));
        await one.AuditAsync();
    }

    [Fact]
    public async Task Contenders_on_two_servers_melt_once()
    {
        var one = await Melter.StartAsync(StoreKind.Postgres);
        await using var first = one.Mint;
        await using var second = await first.StartAnotherAsync();
        await ManyAsync(one, new Melter(second, "two"));
    }

    // What its clock would say long after the server was paused: the lease is another's to take.
    private static async Task LapseAsync(MintHost mint)
    {
        var name = "cashu/payer/" + mint.Get<Cashu.Endpoints.Payer>().Owner;
        Known.Ok(await mint.Database.CommitAsync<bool>(Locks.None, work =>
        {
            work.Write("UPDATE lease SET until = '-infinity' WHERE name = $1", name);
            return ValueTask.FromResult<Result<bool>>(true);
        }, CancellationToken.None));
    }
}

public abstract class MeltRaceTests(StoreKind kind)
{
    private const int Contenders = 64;

    [Fact]
    public async Task Of_64_melts_of_the_same_proofs_one_wins()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        await ManyAsync(melter, melter);
    }

    [Fact]
    public async Task A_melt_and_swaps_of_the_same_proofs_do_not_both_win()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        for (var round = 0; round < 8; round++)
        {
            var invoice = await melter.InvoiceAsync(5, round % 2 == 0 ? "" : "fake:fail");
            var quote = await melter.QuoteAsync(invoice);
            var inputs = await melter.Wallet.MintAsync(4, 4);
            var melting = melter.MeltAsync(quote, inputs, melter.Wallet.Outputs(1));
            var swapping = mint.PostAsync("/v1/swap", TestWallet.Swap(inputs, melter.Wallet.Outputs(8)));
            var (melted, swapped) = (await melting, await swapping);
            Assert.False(melted.Status == 200 && swapped.Status == 200);
            if (swapped.Status != 200) Assert.Contains((int)swapped.Body["code"]!, new[] { 11001, 11002 });
            if (melted.Status != 200) Assert.Contains((int)melted.Body["code"]!, new[] { 11001, 20004 });
            Assert.Equal(melted.Status == 200 ? 1 : 0, await melter.PaysAsync(invoice));
            if (melted.Status != 200 && swapped.Status != 200) await melter.Wallet.SwapAsync(inputs, 8);
            await melter.AuditAsync();
        }
    }

    [Fact]
    public async Task Two_melts_pay_an_invoice_once()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        for (var round = 0; round < 4; round++)
        {
            var invoice = await melter.InvoiceAsync(5, "fake:pending=50");
            var quotes = new[] { await melter.QuoteAsync(invoice), await melter.QuoteAsync(invoice) };
            var inputs = new[] { await melter.Wallet.MintAsync(8), await melter.Wallet.MintAsync(8) };
            var answers = await Task.WhenAll(melter.MeltAsync(quotes[0], inputs[0]), melter.MeltAsync(quotes[1], inputs[1]));
            Assert.Single(answers, a => a.Status == 200);
            Assert.Single(answers, a => a.Status == 400 && (int)a.Body["code"]! == 20006);
            Assert.Equal(["SPENT", "UNSPENT"], (await melter.StatesAsync([.. inputs[0], .. inputs[1]])).Order());
            Assert.Equal(1, await melter.PaysAsync(invoice));
        }

        await melter.AuditAsync();
    }

    [Fact]
    public async Task What_was_pending_when_the_server_ended_is_decided_after_its_start()
    {
        var melter = await Melter.StartAsync(kind);
        await using var mint = melter.Mint;
        var invoices = new[]
        {
            await melter.InvoiceAsync(5, "fake:pending=300"), await melter.InvoiceAsync(5, "fake:unknown=300"),
            await melter.InvoiceAsync(5),
        };
        var quotes = new List<string>();
        foreach (var invoice in invoices)
        {
            quotes.Add(await melter.QuoteAsync(invoice));
            await melter.MeltAsync(quotes[^1], await melter.Wallet.MintAsync(8), preferAsync: true);
        }

        await mint.RestartAsync();
        foreach (var quote in quotes) await melter.UntilAsync(quote, "PAID");
        foreach (var invoice in invoices) Assert.Equal(1, await melter.PaysAsync(invoice));
        // Melting is open again.
        await Melter.EventuallyAsync(() => Task.FromResult(mint.Get<Cashu.Endpoints.Payer>().IsOpen));
        var next = await melter.QuoteAsync(await melter.InvoiceAsync(5));
        Assert.Equal(200, (await melter.MeltAsync(next, await melter.Wallet.MintAsync(8))).Status);
        await melter.AuditAsync();
    }

    private protected static async Task ManyAsync(Melter one, Melter two)
    {
        var inputs = await one.Wallet.MintAsync(8, 4);
        var quotes = new List<(string Quote, CreatedInvoice Invoice)>();
        for (var i = 0; i < Contenders; i++)
        {
            var invoice = await one.InvoiceAsync(10);
            quotes.Add((await one.QuoteAsync(invoice), invoice));
        }

        var answers = await Task.WhenAll(quotes.Select((q, i) =>
            (i % 2 == 0 ? one : two).MeltAsync(q.Quote, inputs, (i % 2 == 0 ? one : two).Wallet.Outputs(1))));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains((int)a.Body["code"]!, new[] { 11001, 11002 }));
        var pays = 0L;
        foreach (var (_, invoice) in quotes) pays += await one.PaysAsync(invoice);
        Assert.Equal(1, pays);
        await one.AuditAsync();
    }
}
