using FsCheck;
using FsCheck.Fluent;
using Turnpike.Cashu.Client;

namespace Turnpike.Cashu.Tests.Client;

/// <summary>What is spent covers what is wanted and its own fee, with no proof too many.</summary>
public sealed class ProofSelectionTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261121, 17);
    private static readonly Gen<ulong[]> Amounts = Gen.Choose(0, 12).Select(o => 1UL << o).ArrayOf().Where(a => a.Length < 16);

    private static readonly Arbitrary<(ulong[] Amounts, ulong Wanted, int Ppk)> Cases =
        (from amounts in Amounts
         from wanted in Gen.Choose(1, 9000)
         from ppk in Gen.Elements(0, 100, 1000, 2500)
         select (amounts, (ulong)wanted, ppk)).ToArbitrary();

    [Fact]
    public void Enough_is_chosen_and_nothing_that_is_not_needed() => Prop.ForAll(Cases, c =>
    {
        var proofs = Proofs(c.Amounts);

        var chosen = ProofSelection.Cover(proofs, c.Wanted, _ => c.Ppk);

        if (chosen is null)
        {
            // With a fee, a small proof may cost more than it is worth: then those that are worth it do not do.
            Assert.True(Left(proofs.Where(p => p.Amount * 1000 > (ulong)c.Ppk), c.Ppk) < (decimal)c.Wanted);
            return;
        }

        Assert.True(Left(chosen, c.Ppk) >= c.Wanted);
        Assert.Equal(chosen.Count, chosen.Distinct().Count());
        Assert.All(chosen, p => Assert.True(Left(chosen.Where(o => o != p), c.Ppk) < c.Wanted));
    }).Check(Runs);

    [Fact]
    public void What_is_exact_is_exact() => Prop.ForAll(Cases, c =>
    {
        if (ProofSelection.Exactly(Proofs(c.Amounts), c.Wanted, _ => c.Ppk) is { } chosen) Assert.Equal(c.Wanted, Left(chosen, c.Ppk));
    }).Check(Runs);

    private static decimal Left(IEnumerable<OwnedProof> proofs, int ppk)
    {
        var all = proofs.ToList();
        return all.Sum(p => (decimal)p.Amount) - Cashu.Domain.Amounts.InputFee(all.Select(_ => ppk));
    }

    private static List<OwnedProof> Proofs(ulong[] amounts) =>
        [.. amounts.Select((a, i) => new OwnedProof(a, default, $"{i}", Known.Key(Known.Generator)))];
}
