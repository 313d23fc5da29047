using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Domain;

public sealed class BlockTests
{
    private static readonly OwnerKeyPair[] s_keys = [.. new[] { "alice", "bob", "carol" }.Select(TestVectors.Key)];

    [Fact]
    public void An_output_of_the_same_block_can_be_spent_but_only_once_and_only_after_it_is_made()
    {
        var create = Create(0, 7, 1);
        var first = Transfer(create.Transaction, 0, 1, 2, 7);
        var second = Transfer(create.Transaction, 0, 1, 0, 7);

        var decision = new MemoryChain().Decide(first, create, first, second, create, first);

        Assert.Equal([create.Transaction, first.Transaction], decision.Accepted);
        Assert.Equal(
            ["InputDoesNotExist", null, null, "DoubleSpend", "DuplicateTransaction", "DuplicateTransaction"],
            decision.Errors.Select(e => e?.Name));
    }

    [Fact]
    public void A_refused_candidate_leaves_nothing_behind()
    {
        var create = Create(0, 7, 1);
        var tooMuch = Transfer(create.Transaction, 0, 1, 2, 8);
        var right = Transfer(create.Transaction, 0, 1, 2, 7);
        var ofRefused = Transfer(tooMuch.Transaction, 0, 2, 1, 8);

        var decision = new MemoryChain().Decide(create, tooMuch, ofRefused, right);

        Assert.Equal([null, "AmountError", "InputDoesNotExist", null], decision.Errors.Select(e => e?.Name));
    }

    [Fact]
    public void Sums_beyond_64_bits_are_compared_exactly()
    {
        var create = TransactionBuilder.Create(
            [s_keys[0]], [.. Enumerable.Repeat(new NewOutput(TransactionOutput.MaxAmount, s_keys[0].Owner), 3)]).OrThrow();
        var transfer = TransactionBuilder.Transfer(
            create.AssetId, [.. Enumerable.Range(0, 3).Select(i => Spend.Of(create, i))], [s_keys[0]],
            [new NewOutput(TransactionOutput.MaxAmount, s_keys[1].Owner),
            new NewOutput(TransactionOutput.MaxAmount, s_keys[1].Owner)]).OrThrow();

        var decision = new MemoryChain().Decide(Read(create), Read(transfer));

        Assert.Equal(
            PlanetmintErrors.AmountMismatch((UInt128)TransactionOutput.MaxAmount * 3, (UInt128)TransactionOutput.MaxAmount * 2),
            decision.Errors[1]);
    }

    [Fact]
    public void What_the_state_says_is_told_before_a_bad_signature()
    {
        var create = Create(0, 7, 1);
        var badSignature = create with { SignaturesValid = false };
        var chain = new MemoryChain();

        Assert.Equal(PlanetmintErrors.InvalidSignature, chain.Commit(badSignature));
        Assert.Null(chain.Commit(create));
        Assert.Equal(PlanetmintErrors.Duplicate(create.Transaction.Id), chain.Commit(badSignature));
        Assert.Equal("AmountError", chain.Commit(Transfer(create.Transaction, 0, 1, 2, 8) with { SignaturesValid = false })?.Name);
        Assert.Equal("InvalidSignature", chain.Commit(Transfer(create.Transaction, 0, 1, 2, 7) with { SignaturesValid = false })?.Name);
    }

    [Fact]
    public void Owners_before_are_compared_as_a_set()
    {
        var details = ConditionDetails.Of(1, s_keys[0].Owner, s_keys[1].Owner);
        var create = TransactionBuilder.Create([s_keys[0]], [new NewOutput(1, details)]).OrThrow();
        var chain = new MemoryChain();
        Assert.Null(chain.Commit(Read(create)));

        Candidate Naming(params OwnerKey[] owners) => Read(TransactionBuilder.Transfer(
            create.AssetId, [new Spend(create.Output(0), details, owners)], [s_keys[0]], [new NewOutput(1, s_keys[2].Owner)]).OrThrow());

        Assert.Equal(PlanetmintErrors.InvalidSignature, chain.Decide(Naming(s_keys[0].Owner)).Errors[0]);
        Assert.Equal(PlanetmintErrors.InvalidSignature, chain.Decide(Naming(s_keys[0].Owner, s_keys[2].Owner)).Errors[0]);
        Assert.Null(chain.Decide(Naming(s_keys[1].Owner, s_keys[0].Owner)).Errors[0]);
    }

    /// <summary>Blocks of random creates and transfers, many of them wrong: spent, foreign, of two assets, too much.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Any_blocks_conserve_each_asset_and_never_spend_twice(int seed)
    {
        var random = new SplitMix((ulong)seed);
        var chain = new MemoryChain();
        var made = new List<Candidate>();
        var created = new Dictionary<TransactionId, UInt128>();
        var (accepted, refused) = (0, 0);
        for (var block = 0; block < 60; block++)
        {
            var candidates = new List<Candidate>();
            for (var i = 1 + random.Below(12); i > 0; i--)
            {
                var candidate = made.Count == 0 || random.Below(4) == 0 ? RandomCreate(ref random) : RandomTransfer(made, ref random);
                candidates.Add(candidate);
                made.Add(candidate);
            }

            var decision = chain.Commit(candidates);
            accepted += decision.Accepted.Count;
            refused += decision.Errors.Count(e => e is not null);
            Assert.Equal(candidates.Count, decision.Errors.Count);
            Assert.Equal(candidates.Where((_, i) => decision.Errors[i] is null).Select(c => c.Transaction), decision.Accepted);
            foreach (var create in decision.Accepted.Where(t => t.Operation == Operation.Create))
                created.Add(create.Id, Sum(create.Outputs.Select(o => o.Amount)));
            Assert.Equal(
                created.OrderBy(c => c.Key),
                chain.Unspent.GroupBy(u => u.Output.AssetId).ToDictionary(g => g.Key, g => Sum(g.Select(u => u.Output.Amount)))
                    .OrderBy(c => c.Key));
        }

        Assert.True(accepted > 100 && refused > 30, $"{accepted} accepted, {refused} refused");
    }

    private static UInt128 Sum(IEnumerable<long> amounts) => amounts.Aggregate((UInt128)0, (sum, amount) => sum + (ulong)amount);

    private static Candidate RandomCreate(ref SplitMix random)
    {
        var outputs = new NewOutput[1 + random.Below(3)];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = new NewOutput(1 + random.Below(100), s_keys[random.Below(3)].Owner);
        var data = System.Text.Encoding.ASCII.GetBytes($$"""{"n":"{{random.Next()}}"}""");
        return new Candidate(TransactionBuilder.Create([s_keys[random.Below(3)]], outputs, data).OrThrow(), random.Below(20) > 0);
    }

    private static Candidate RandomTransfer(List<Candidate> made, ref SplitMix random)
    {
        var spends = new List<Spend>();
        var asset = made[random.Below(made.Count)].Transaction.AssetId;
        var ofAsset = made.Where(m => m.Transaction.AssetId == asset
            || m.Transaction.Operation == Operation.Create && made.Count % 7 == 0).ToList();
        long amount = 0;
        for (var i = 1 + random.Below(3); i > 0; i--)
        {
            var source = ofAsset[ofAsset.Count - 1 - random.Below(Math.Min(ofAsset.Count, 4))].Transaction;
            var index = random.Below(source.Outputs.Count);
            if (spends.Any(s => s.Output == source.Output(index)) && random.Below(8) > 0) continue;
            spends.Add(Spend.Of(source, index));
            amount += source.Outputs[index].Amount;
        }

        if (random.Below(15) == 0) amount++;
        var first = 1 + random.Below((int)Math.Min(amount, 200));
        NewOutput[] outputs = amount > first
            ? [new NewOutput(first, s_keys[random.Below(3)].Owner), new NewOutput(amount - first, s_keys[random.Below(3)].Owner)]
            : [new NewOutput(amount, s_keys[random.Below(3)].Owner)];
        return new Candidate(TransactionBuilder.Transfer(asset, spends, s_keys, outputs).OrThrow(), random.Below(20) > 0);
    }

    private static Candidate Create(int issuer, long amount, int owner) =>
        Read(TransactionBuilder.Create([s_keys[issuer]], [new NewOutput(amount, s_keys[owner].Owner)]).OrThrow());

    private static Candidate Transfer(Transaction source, int index, int from, int to, long amount) => Read(TransactionBuilder.Transfer(
        source.AssetId, [Spend.Of(source, index)], [s_keys[from]], [new NewOutput(amount, s_keys[to].Owner)]).OrThrow());

    private static Candidate Read(Transaction transaction) => TransactionJson.Read(transaction.CanonicalBody).OrThrow();
}
