using FsCheck;
using FsCheck.Fluent;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Client;

/// <summary>What is spent covers what is wanted, with no output too many, and the change fits into one output.</summary>
public sealed class CoinSelectionTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20261121, 7);

    private static readonly Gen<long> Large =
        from a in Gen.Choose(1, 1_000_000_000) from b in Gen.Choose(1, 9) from c in Gen.Choose(1, 1_000_000_000) select (long)a * b * c;

    private static readonly Arbitrary<long[]> Amounts =
        Gen.OneOf(Large, Gen.Choose(1, 20).Select(n => (long)n)).ArrayOf().Where(a => a.Length < 30).ToArbitrary();

    [Fact]
    public void Enough_is_chosen_and_nothing_that_is_not_needed() => Prop.ForAll(Amounts, amounts =>
    {
        var wanted = amounts.Length == 0 ? 1 : amounts[amounts.Length / 2];
        var (chosen, sum) = Select(amounts, wanted, _ => true);
        UInt128 all = 0;
        foreach (var amount in amounts) all += (ulong)amount;

        if (all < (ulong)wanted) Assert.Equal(all, sum);
        else
        {
            Assert.True(sum >= (ulong)wanted);
            Assert.True(sum - (ulong)chosen.Min(o => o.Amount!.Value) < (ulong)wanted);
            Assert.True(sum - (ulong)wanted < (ulong)TransactionOutput.MaxAmount);
        }
        Assert.Equal(chosen.Count, chosen.Distinct().Count());
    }).Check(Runs);

    [Fact]
    public void What_cannot_be_spent_alone_is_left_out()
    {
        var (chosen, sum) = Select([50, 40, 30, 20], 45, o => o.Amount != 50);

        Assert.Equal([40, 30], chosen.Select(o => o.Amount!.Value));
        Assert.Equal((UInt128)70, sum);
    }

    private static (IReadOnlyList<OwnedOutput> Outputs, UInt128 Sum) Select(long[] amounts, long wanted, Func<OwnedOutput, bool> spendable)
    {
        var outputs = amounts.Select((a, i) => new OwnedOutput(new OutputRef(default, i), a, default(TransactionId)));
        return CoinSelection.SelectAsync(outputs, wanted, o => ValueTask.FromResult(spendable(o))).GetAwaiter().GetResult();
    }
}
