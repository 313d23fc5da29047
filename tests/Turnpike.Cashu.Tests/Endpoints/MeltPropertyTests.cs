using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Endpoints;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class MeltPropertiesOnSqliteTests() : MeltPropertyTests(StoreKind.Sqlite);

public sealed class MeltPropertiesOnPostgresTests() : MeltPropertyTests(StoreKind.Postgres);

public abstract class MeltPropertyTests(StoreKind kind)
{
    private const int Runs = 3;
    private const int Steps = 30;

    /// <summary>
    /// Whatever becomes of melts, whatever Lightning takes, whenever the server ends: the books hold after each step, nothing is paid twice,
    /// each melt is decided, and in the end exactly what wallets hold is outstanding.
    /// </summary>
    [Fact]
    public async Task The_books_hold_whatever_becomes_of_melts()
    {
        var melter = await Melter.StartAsync(kind, ("InputFeePpk", "250"), ("PayTimeout", "2"));
        await using var mint = melter.Mint;
        var random = new SplitMix(kind == StoreKind.Sqlite ? 71UL : 72UL);
        for (var run = 0; run < Runs; run++)
        {
            var wallet = new RandomMelter(new Melter(mint, $"run {run}"), random.Below(1_000_000));
            for (var step = 0; step < Steps; step++)
            {
                await wallet.StepAsync(random.Below(1_000_000));
                await melter.AuditAsync();
            }

            await wallet.SettleAsync();
            await melter.AuditAsync();
            // Gone, so that the next run's wallet is the only one.
            await wallet.EndAsync();
        }

        var (most, paid, quotes) = await mint.Database.ReadAsync(async reads => (
            await reads.ReadAsync("SELECT MAX(pays) FROM cashu_fake_payment", static row => row.Int64(0)),
            await reads.ReadAsync("SELECT COUNT(*) FROM cashu_fake_payment WHERE pays = 1", static row => row.Int64(0)),
            await reads.ReadAsync(
                """
                SELECT COUNT(*) FROM cashu_melt_quote q WHERE q.state = 2
                AND NOT EXISTS (SELECT 1 FROM cashu_mint_payment p WHERE p.payment_id = q.payment_hash)
                """, static row => row.Int64(0))), CancellationToken.None);
        Assert.Equal((1, quotes), (most, paid));
    }

    private sealed class RandomMelter(Melter melter, int seed)
    {
        private readonly List<Proof> _proofs = [];
        private readonly Dictionary<string, (Proof[] Inputs, PreparedOutput[] Blanks)> _held = [];
        private SplitMix _random = new((ulong)seed);

        private MintHost Mint => melter.Mint;

        public Task StepAsync(int roll) => (roll % 12) switch
        {
            0 or 1 => MintAsync(),
            2 => SwapAsync(),
            3 when roll % 5 == 0 => RestartAsync(),
            4 or 5 => MeltAsync(""),
            6 => MeltAsync("fake:fail"),
            7 => MeltAsync("fake:pending=40"),
            8 => MeltAsync("fake:unknown=40"),
            9 => MeltAsync("fake:lost", seconds: 2),
            10 => InternalAsync(),
            _ => CollectAsync(),
        };

        /// <summary>Waits until all is decided, and compares what is there with what must be.</summary>
        public async Task SettleAsync()
        {
            foreach (var quote in _held.Keys.ToList())
            {
                await Mint.UntilAsync(async () => await melter.StateAsync(quote) != "PENDING");
                await CollectAsync(quote);
            }

            Assert.All(await melter.StatesAsync(_proofs), state => Assert.Equal("UNSPENT", state));
            var books = Assert.Single(await Mint.Database.ReadAsync(MintAudit.ReadAsync, CancellationToken.None));
            Assert.Equal(_proofs.Aggregate(0L, (sum, p) => sum + (long)p.Amount), (long)books.Outstanding);
        }

        public async Task EndAsync()
        {
            melter.Lightning.Sent = null;
            await MintAsync();
            var total = Total(_proofs);
            var fee = Fee(_proofs.Count);
            var request = (await melter.InvoiceAsync((long)(total - fee) * 9 / 10 - 3)).Request;
            var quote = (string)(await melter.QuoteAsync(request))["quote"]!;
            var (status, answer) = await melter.MeltAsync(quote, _proofs);
            Assert.True(status == 200, answer.ToJsonString());
        }

        private async Task MintAsync() => _proofs.AddRange(
            await melter.Wallet.MintAsync([.. Amounts.Split((ulong)(64 + _random.Below(1000)))]));

        private async Task SwapAsync()
        {
            var inputs = Take();
            if (Total(inputs) <= Fee(inputs.Length)) _proofs.AddRange(inputs);
            else _proofs.AddRange(await melter.Wallet.SwapAsync(inputs, [.. Amounts.Split(Total(inputs) - Fee(inputs.Length))]));
        }

        private async Task RestartAsync()
        {
            await Mint.RestartAsync();
            await Melter.EventuallyAsync(() => Task.FromResult(Mint.Get<Payer>().IsOpen));
        }

        private async Task MeltAsync(string description, int seconds = 3600)
        {
            var inputs = Take();
            var most = (long)Total(inputs) - (long)Fee(inputs.Length) - 2;
            if (most < 10)
            {
                _proofs.AddRange(inputs);
                return;
            }

            var amount = 1 + _random.Below((int)(most * 9 / 10));
            var quote = await melter.QuoteAsync(await melter.InvoiceAsync(amount, description, seconds));
            // What a node should never take, too.
            var fees = new[] { 0L, 1, 999, 1000, 1001, 50_000, long.MaxValue, -5 };
            var fee = fees[_random.Below(fees.Length)];
            if (_random.Below(3) == 0) melter.Lightning.Sent = s => s is PaymentStatus.Paid paid ? paid with { FeeMsat = fee } : s;
            await SendAsync(quote, inputs, preferAsync: description.Length > 0 && description != "fake:fail");
            if (description.Length == 0) melter.Lightning.Sent = null;
        }

        private async Task InternalAsync()
        {
            var inputs = Take();
            var amount = (long)Total(inputs) - (long)Fee(inputs.Length);
            if (amount < 1)
            {
                _proofs.AddRange(inputs);
                return;
            }

            var owed = await melter.Wallet.QuoteAsync((ulong)amount);
            var quote = (string)(await melter.QuoteAsync((string)owed["request"]!))["quote"]!;
            if (_random.Below(3) == 0) await melter.Wallet.PayAsync(owed);
            await SendAsync(quote, inputs, preferAsync: false);
            var outputs = melter.Wallet.Outputs([.. Amounts.Split((ulong)amount)]);
            _proofs.AddRange(TestWallet.Unblind(
                outputs, await Mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint((string)owed["quote"]!, outputs))));
        }

        private async Task SendAsync(string quote, Proof[] inputs, bool preferAsync)
        {
            PreparedOutput[] blanks = [.. Enumerable.Range(0, _random.Below(12)).Select(_ => melter.Wallet.Output(1))];
            _held.Add(quote, (inputs, blanks));
            var (status, answer) = await melter.MeltAsync(quote, inputs, blanks, preferAsync);
            if (status != 200) Assert.Contains((int)answer["code"]!, new[] { 20004, 20006, 20007 });
            await CollectAsync(quote);
        }

        private async Task CollectAsync()
        {
            foreach (var quote in _held.Keys.ToList()) await CollectAsync(quote);
        }

        /// <summary>Takes back what came of a melt, if it is decided.</summary>
        private async Task CollectAsync(string quote)
        {
            var answer = await melter.GetAsync(quote);
            if ((string)answer["state"]! == "PENDING") return;
            _held.Remove(quote, out var held);
            if ((string)answer["state"]! == "UNPAID") _proofs.AddRange(held.Inputs);
            else _proofs.AddRange(Melter.Change(held.Blanks, answer));
        }

        private Proof[] Take()
        {
            var taken = _proofs.Where(_ => _random.Below(2) == 0).Take(12).ToArray();
            foreach (var proof in taken) _proofs.Remove(proof);
            return taken;
        }

        private static ulong Total(IEnumerable<Proof> proofs) => proofs.Aggregate(0UL, (sum, p) => sum + p.Amount);

        private static ulong Fee(int inputs) => (ulong)(inputs * 250 + 999) / 1000;
    }
}
