using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class BooksPropertyTestsOnSqlite() : BooksPropertyTests(StoreKind.Sqlite);

public sealed class BooksPropertyTestsOnPostgres() : BooksPropertyTests(StoreKind.Postgres);

public abstract class BooksPropertyTests(StoreKind kind)
{
    private const int Runs = 12;
    private const int Steps = 12;

    /// <summary>Whatever is asked for, in whatever order: the books hold after each step, and no wallet has more than was paid for.</summary>
    [Fact]
    public async Task The_books_hold_after_any_sequence()
    {
        await using var mint = await MintHost.StartAsync(kind, ("InputFeePpk", "250"));
        var random = new SplitMix(2026);
        for (var run = 0; run < Runs; run++)
        {
            var wallet = new RandomWallet(mint, $"run {run}");
            for (var step = 0; step < Steps; step++)
            {
                await wallet.StepAsync(random.Below(1_000_000));
                Assert.Empty(await mint.AuditAsync());
            }
        }

        var books = Assert.Single(await mint.Database.ReadAsync(MintAudit.ReadAsync, CancellationToken.None));
        Assert.True(books is { Outstanding: var o, Kept: var k } && o > 0 && k > 0, "Nothing happened in this test");
    }

    private sealed class RandomWallet(MintHost mint, string name)
    {
        private readonly TestWallet _wallet = new(mint, name);
        private readonly List<string> _quotes = [];
        private readonly List<Proof> _proofs = [];
        private readonly List<Proof> _spent = [];
        private readonly List<(string Path, string Body, string Answer)> _done = [];

        public Task StepAsync(int seed) => (seed % 6) switch
        {
            0 => QuoteAsync((ulong)(1 + seed % 63)),
            1 => MintAsync(seed),
            2 or 3 => SwapAsync(seed),
            4 => ReplayAsync(seed),
            _ => DoubleSpendAsync(seed),
        };

        private async Task QuoteAsync(ulong amount) => _quotes.Add(await _wallet.PaidQuoteAsync(amount));

        private async Task MintAsync(int seed)
        {
            if (_quotes.Count == 0) await QuoteAsync((ulong)(1 + seed % 31));
            var id = _quotes[seed % _quotes.Count];
            _quotes.Remove(id);
            var amount = (ulong)(await mint.GetAsync($"/v1/mint/quote/bolt11/{id}")).Body["amount"]!;
            var outputs = _wallet.Outputs([.. Amounts.Split(amount)]);
            await DoAsync("/v1/mint/bolt11", TestWallet.Mint(id, outputs).ToJsonString(), outputs);
        }

        private async Task SwapAsync(int seed)
        {
            var inputs = _proofs.Where((_, i) => (seed >> i % 16 & 1) == 1).Take(8).ToArray();
            var total = inputs.Aggregate(0UL, (sum, p) => sum + p.Amount);
            var fee = (ulong)(inputs.Length * 250 + 999) / 1000;
            if (total <= fee) return;
            var outputs = _wallet.Outputs([.. Amounts.Split(total - fee)]);
            await DoAsync("/v1/swap", TestWallet.Swap(inputs, outputs).ToJsonString(), outputs);
            foreach (var input in inputs) _proofs.Remove(input);
            _spent.AddRange(inputs);
        }

        private async Task ReplayAsync(int seed)
        {
            if (_done.Count == 0) return;
            var (path, body, before) = _done[seed % _done.Count];
            var (status, answer) = await mint.PostAsync(path, body);
            Assert.Equal((200, before), (status, answer.ToJsonString()));
        }

        private async Task DoubleSpendAsync(int seed)
        {
            if (_spent.Count == 0 || _proofs.Count == 0) return;
            Proof[] inputs = [_spent[seed % _spent.Count], _proofs[seed % _proofs.Count]];
            var total = inputs[0].Amount + inputs[1].Amount - 1;
            var (_, answer) = await mint.PostAsync("/v1/swap", TestWallet.Swap(inputs, _wallet.Outputs([.. Amounts.Split(total)])));
            Assert.Equal(11001, (int)answer["code"]!);
        }

        private async Task DoAsync(string path, string body, PreparedOutput[] outputs)
        {
            var (status, answer) = await mint.PostAsync(path, body);
            Assert.True(status == 200, answer.ToJsonString());
            _done.Add((path, body, answer.ToJsonString()));
            _proofs.AddRange(TestWallet.Unblind(outputs, answer));
        }
    }
}
