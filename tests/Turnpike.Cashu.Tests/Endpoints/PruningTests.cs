using Microsoft.Extensions.DependencyInjection;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class PruningOnSqliteTests() : PruningTests(StoreKind.Sqlite)
{
    [Fact]
    public async Task A_server_prunes_by_itself()
    {
        var melter = await StartAsync(("Prune:Interval", "1"));
        await using var mint = melter.Mint;
        var (quote, _) = await QuoteAsync(melter);
        Clock.Advance(TimeSpan.FromHours(26));
        await Melter.EventuallyAsync(async () => await ReadAsync(mint, quote) is null);
    }
}

public sealed class PruningOnPostgresTests() : PruningTests(StoreKind.Postgres)
{
    [Fact]
    public async Task Who_has_lost_the_lease_deletes_nothing()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        var quote = (string)(await melter.Wallet.QuoteAsync(5))["quote"]!;
        Clock.Advance(TimeSpan.FromHours(26));

        using var over = new CancellationTokenSource();
        LeaseLostException? refusal = null;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mint.Database.Leases.RunAsync("cashu/test", async (lease, _) =>
        {
            await CommitAsync(mint, work => work.Write("UPDATE lease SET token = token + 1 WHERE name = 'cashu/test'"));
            refusal = await Assert.ThrowsAsync<LeaseLostException>(() => mint.Get<Pruning>().PruneAsync(lease, CancellationToken.None));
            await over.CancelAsync();       // or it would be taken again
        }, over.Token));

        Assert.NotNull(refusal);
        Assert.NotNull(await ReadAsync(mint, quote));
    }
}

/// <summary>What is deleted, and what must not be (docs/specs/cashu.md 8).</summary>
public abstract class PruningTests(StoreKind kind)
{
    private protected SkewedClock Clock { get; } = new();

    [Fact]
    public async Task Mint_quotes_go_a_day_after_their_expiry_if_their_node_says_that_they_were_never_paid()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        var quotes = new List<(string Id, byte[] Hash)>();
        for (var i = 0; i < 4; i++) quotes.Add(await QuoteAsync(melter));
        var paid = await melter.Wallet.PaidQuoteAsync(7);
        var (late, silent, melting, dead) = (quotes[0], quotes[1], quotes[2], quotes[3]);
        await CommitAsync(mint, work => PaymentTable.Insert(work, Payment(melting.Hash)));
        melter.Lightning.Invoiced = hash =>
            hash.Span.SequenceEqual(late.Hash) ? new InvoiceStatus.Paid(5000)
            : hash.Span.SequenceEqual(silent.Hash) ? new InvoiceStatus.Unknown("it sleeps")
            : null;
        Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));
        Clock.Advance(TimeSpan.FromHours(2));
        melter.Lightning.Status = status => status is LightningStatus.Reachable r ? r with { Node = Known.Key(Known.Generator) } : status;
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));
        melter.Lightning.Status = null;

        Assert.Equal(new Pruned(1, 0, 0), await PruneAsync(mint));

        Assert.Null(await ReadAsync(mint, dead.Id));
        Assert.Equal(20000, (int)(await mint.GetAsync("/v1/mint/quote/bolt11/" + dead.Id)).Body["code"]!);
        Assert.Equal([MintQuoteState.Paid, MintQuoteState.Unpaid, MintQuoteState.Unpaid, MintQuoteState.Paid],
            new[] { late.Id, silent.Id, melting.Id, paid }.Select(id => ReadAsync(mint, id).Result!.State));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task While_the_nodes_payments_are_not_read_no_mint_quote_goes()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        await QuoteAsync(melter);
        Clock.Advance(TimeSpan.FromHours(26));
        await mint.Get<IncomingPayments>().StopAsync(CancellationToken.None);
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));
    }

    [Fact]
    public async Task Melt_quotes_go_after_their_expiry_unless_the_node_is_still_asked_about_them()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        var (dead, failed, asked, pending, paid) = (await MeltQuoteAsync(melter), await MeltQuoteAsync(melter, "fake:fail"),
            await MeltQuoteAsync(melter, "fake:fail"), await MeltQuoteAsync(melter), await MeltQuoteAsync(melter));
        await melter.MeltAsync(paid, await melter.Wallet.MintAsync(8, 4));
        await melter.MeltAsync(failed, await melter.Wallet.MintAsync(8, 4));
        await melter.MeltAsync(asked, await melter.Wallet.MintAsync(8, 4));
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.InFlight(1));
        var held = await melter.Wallet.MintAsync(8, 4);
        await melter.MeltAsync(pending, held, preferAsync: true);
        await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(pending)).IsShown);
        var decided = Assert.Single(await melter.PaymentsAsync(failed)).PaymentHash;
        melter.Lightning.Asked = hash => Task.FromResult<PaymentStatus?>(
            hash.Span.SequenceEqual(decided.Span) ? null : new PaymentStatus.InFlight(1));
        Clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));
        // Its invoice is over, and its node says for the last time that it failed.
        await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(failed)).AskAt is null);
        Clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(new Pruned(0, 2, 0), await PruneAsync(mint));

        Assert.Equal([20000, 20000], new[] { dead, failed }.Select(id => (int)mint.GetAsync("/v1/melt/quote/bolt11/" + id).Result.Body["code"]!));
        Assert.Empty(await melter.PaymentsAsync(failed));
        Assert.Equal(("UNPAID", "PENDING", "PAID"),
            (await melter.StateAsync(asked), await melter.StateAsync(pending), await melter.StateAsync(paid)));
        Assert.Equal(["PENDING", "PENDING"], await melter.StatesAsync(held));
        await melter.AuditAsync();
    }

    [Fact]
    public async Task Spent_proofs_go_30_days_after_their_keysets_end_and_stay_in_the_books()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        await RotateAsync(mint, TimeSpan.FromDays(1));
        var over = melter.Wallet.Keyset().Id;
        var spent = await melter.Wallet.MintAsync(8);
        var rest = await melter.Wallet.SwapAsync(spent, 4, 4);
        var held = await melter.Wallet.MintAsync(8, 4);
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.InFlight(1));
        var quote = await MeltQuoteAsync(melter);
        await melter.MeltAsync(quote, held, preferAsync: true);
        await Melter.EventuallyAsync(async () => Assert.Single(await melter.PaymentsAsync(quote)).IsShown);
        melter.Lightning.Asked = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.InFlight(1));
        await RotateAsync(mint, null);
        var live = await melter.Wallet.SwapAsync(rest, 8);
        await melter.Wallet.SwapAsync(live, 8);
        var before = await BooksAsync(mint);

        Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));
        Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new Pruned(0, 0, 3), await PruneAsync(mint));
        Assert.Equal(new Pruned(0, 0, 0), await PruneAsync(mint));

        Assert.Equal(before, await BooksAsync(mint));
        Assert.Equal(["UNSPENT", "UNSPENT", "PENDING", "PENDING", "SPENT"], await melter.StatesAsync([spent[0], rest[0], .. held, live[0]]));
        // It is forgotten, not free; nor is it when the clock goes back, also after a start.
        Assert.Equal(12003, await RefusalAsync(melter, spent));
        Clock.Advance(TimeSpan.FromDays(-32));
        await Melter.EventuallyAsync(async () => await RefusalAsync(melter, spent) == 12003);
        await mint.RestartAsync();
        Assert.Equal(12003, await RefusalAsync(melter, spent));
        Assert.True(mint.Keyring.View.Keysets.Find(over)!.Keyset.IsForgotten);
        await melter.AuditAsync();
    }

    [Fact]
    public async Task What_is_paid_after_its_inputs_were_given_back_takes_none_of_a_forgotten_keyset()
    {
        var melter = await StartAsync();
        await using var mint = melter.Mint;
        await RotateAsync(mint, TimeSpan.FromDays(1));
        var inputs = await melter.Wallet.MintAsync(8, 4);
        var quote = await MeltQuoteAsync(melter);
        melter.Lightning.Sending = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.Failed("it says", 1));
        Assert.Equal(20004, (int)(await melter.MeltAsync(quote, inputs)).Body["code"]!);
        melter.Lightning.Asked = _ => Task.FromResult<PaymentStatus?>(new PaymentStatus.Unknown("it sleeps"));
        await melter.Wallet.SwapAsync([inputs[0]], 8);
        Clock.Advance(TimeSpan.FromDays(32));
        Assert.Equal(new Pruned(0, 0, 1), await PruneAsync(mint));

        melter.Lightning.Asked = _ => Task.FromResult<PaymentStatus?>(
            new PaymentStatus.Paid(FakeNode.Preimage(9), 1000, 2));

        await melter.UntilAsync(quote, "PAID");
        Assert.Equal(["UNSPENT", "UNSPENT"], await melter.StatesAsync(inputs));
        var books = Assert.Single(await mint.Database.ReadAsync(MintAudit.ReadAsync, CancellationToken.None));
        Assert.Equal(-11, (int)books.Kept);
        await melter.AuditAsync();
    }

    private protected async Task<Melter> StartAsync(params (string Key, string Value)[] settings)
    {
        var melter = await Melter.StartAsync(kind, services => services.AddSingleton<TimeProvider>(Clock), settings);
        await Melter.EventuallyAsync(() => Task.FromResult(melter.Mint.Get<IncomingPayments>().IsUpToDate));
        return melter;
    }

    private protected static async Task<Pruned> PruneAsync(MintHost mint)
    {
        Pruned? pruned = null;
        await mint.Database.Leases.RunAsync("cashu/test",
            async (lease, cancellation) => pruned = await mint.Get<Pruning>().PruneAsync(lease, cancellation), CancellationToken.None);
        return pruned!;
    }

    private protected static Task<MintQuote?> ReadAsync(MintHost mint, string id) =>
        mint.Database.ReadAsync(reads => MintQuoteTable.ReadAsync(reads, new QuoteId(id)), CancellationToken.None);

    private protected static async Task CommitAsync(MintHost mint, Action<Work> write) =>
        Known.Ok(await mint.Database.CommitAsync<bool>(Locks.None, work =>
        {
            write(work);
            return ValueTask.FromResult<Result<bool>>(true);
        }, CancellationToken.None));

    private protected static async Task<(string Id, byte[] Hash)> QuoteAsync(Melter melter)
    {
        var quote = await melter.Wallet.QuoteAsync(5);
        Assert.True(Bolt11.TryDecode((string)quote["request"]!, out var invoice, out _));
        return ((string)quote["quote"]!, invoice.PaymentHash.Span.ToArray());
    }

    private static async Task<string> MeltQuoteAsync(Melter melter, string description = "") =>
        await melter.QuoteAsync(await melter.InvoiceAsync(10, description));

    private static StoredPayment Payment(byte[] hash) => new()
    {
        Key = new PaymentKey(new QuoteId("nobody"), 1),
        PaymentHash = new Scalar(hash),
        IsInternal = true,
        AmountMsat = 5000,
        MaxFeeMsat = 0,
        Owner = "nobody",
        Started = 0,
        AskAt = 0,
    };

    private async Task RotateAsync(MintHost mint, TimeSpan? lasts) => Known.Ok(await mint.Keyring.RotateAsync(
        "sat", 0, lasts is { } span ? (Clock.GetUtcNow() + span).ToUnixTimeSeconds() : null, CancellationToken.None));

    private static Task<IReadOnlyList<KeysetBooks>> BooksAsync(MintHost mint) =>
        mint.Database.ReadAsync(MintAudit.ReadKeysetsAsync, CancellationToken.None);

    private static async Task<int> RefusalAsync(Melter melter, Proof[] inputs) =>
        (int)(await melter.Mint.PostAsync("/v1/swap", TestWallet.Swap(inputs, melter.Wallet.Outputs(8)))).Body["code"]!;
}
