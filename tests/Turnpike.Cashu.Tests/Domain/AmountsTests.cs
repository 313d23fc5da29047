using FsCheck;
using FsCheck.Fluent;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Tests.Domain;

public class AmountsTests
{
    [Fact]
    public void A_split_is_powers_of_two_that_rise_and_add_up() => Prop.ForAll(
        ArbMap.Default.ArbFor<ulong>(), amount =>
        {
            var parts = Amounts.Split(amount);
            Assert.Equal((UInt128)amount, parts.Aggregate(UInt128.Zero, (sum, part) => sum + part));
            Assert.All(parts, p => Assert.True(ulong.IsPow2(p)));
            Assert.Equal(parts.Distinct().Order(), parts);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_bounded_split_never_pays_more_and_pays_all_where_there_is_room() => Prop.ForAll(
        ArbMap.Default.ArbFor<ulong>(), Gen.Choose(0, 63).Two().ToArbitrary(), (amount, bounds) =>
        {
            var (order, most) = bounds;
            var parts = Amounts.Split(amount, order, most);
            var sum = parts.Aggregate(UInt128.Zero, (total, part) => total + part);
            Assert.True(sum <= amount && parts.Count <= most && parts.All(p => ulong.IsPow2(p) && p < 1UL << order));
            if (parts.Count < most && order > 0) Assert.Equal((UInt128)amount, sum);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(1001, 2)]
    public void The_fee_is_rounded_up_once(int ppk, ulong fee) => Assert.Equal(fee, Amounts.InputFee(Enumerable.Repeat(1, ppk)));

    [Theory]
    [InlineData(-1, 1000, 0)]
    [InlineData(0, 1000, 0)]
    [InlineData(1, 1000, 1)]
    [InlineData(1000, 1000, 1)]
    [InlineData(1001, 1000, 2)]
    [InlineData(long.MaxValue, 1, long.MaxValue)]
    public void Msat_are_rounded_up(long msat, long rate, ulong amount) => Assert.Equal(amount, Amounts.FromMsat(msat, rate));

    [Theory]
    [InlineData(0, 2, 1, 2)]
    [InlineData(200, 2, 1, 2)]
    [InlineData(201, 2, 1, 3)]
    [InlineData(long.MaxValue, 0, 100, long.MaxValue)]
    public void The_reserve_is_a_part_but_not_less_than_the_least(ulong amount, ulong min, int percent, ulong reserve) =>
        Assert.Equal(reserve, Amounts.FeeReserve(amount, min, percent));

    [Fact]
    public void Sums_and_products_that_do_not_fit_are_told()
    {
        Assert.True(Amounts.TrySum([Amounts.Max - 1, 1], out var sum));
        Assert.Equal(Amounts.Max, sum);
        Assert.False(Amounts.TrySum([Amounts.Max, 1], out _));
        Assert.False(Amounts.TrySum(Enumerable.Repeat(ulong.MaxValue, 1000), out _));
        Assert.True(Amounts.TryToMsat(21, 1000, out var msat));
        Assert.Equal(21_000, msat);
        Assert.False(Amounts.TryToMsat(Amounts.Max, 1000, out _));
    }

    [Fact]
    public void Limits_in_sat_hold_for_every_unit()
    {
        var options = new CashuOptions { Units = ["sat", "msat", "usd"], MaxMint = 1000 };
        options.Fake.Rates["usd"] = 30_000;
        Assert.Null(Known.Ok(QuoteRules.CheckMint(1000, "sat", null, null, options)));
        Assert.Equal(11006, Known.Code(QuoteRules.CheckMint(1001, "sat", null, null, options)));
        Assert.Null(Known.Ok(QuoteRules.CheckMint(1_000_000, "msat", null, null, options)));
        Assert.Equal(11006, Known.Code(QuoteRules.CheckMint(999, "msat", null, null, options)));
        Assert.Null(Known.Ok(QuoteRules.CheckMint(34, "usd", null, null, options)));
        Assert.Equal(11006, Known.Code(QuoteRules.CheckMint(35, "usd", null, null, options)));
        Assert.Equal(11013, Known.Code(QuoteRules.CheckMint(1, "eur", null, null, options)));
        Assert.Equal(10000, Known.Code(QuoteRules.CheckMint(1, "sat", new string('x', 640), null, options)));
        Assert.Equal(20009, Known.Code(QuoteRules.CheckMint(1, "sat", null, "02", options)));
        Assert.Equal(Known.Key(Known.Generator), Known.Ok(QuoteRules.CheckMint(1, "sat", null, Known.Generator, options)));
        options.RequirePubkey = true;
        Assert.Equal(20009, Known.Code(QuoteRules.CheckMint(1, "sat", null, null, options)));
        (options.Minting, options.Melting) = (false, false);
        Assert.Equal(20003, Known.Code(QuoteRules.CheckMint(1, "sat", null, null, options)));
        Assert.Equal(20003, QuoteRules.CheckMelt(1, "sat", options)?.Code);
    }

    [Fact]
    public void An_invoice_says_what_it_costs_or_the_wallet_does()
    {
        Assert.Equal(5, Known.Ok(QuoteRules.MeltAmount(5, null)));
        Assert.Equal(5, Known.Ok(QuoteRules.MeltAmount(null, 5)));
        Assert.Equal(5, Known.Ok(QuoteRules.MeltAmount(5, 5)));
        Assert.Equal(11012, Known.Code(QuoteRules.MeltAmount(5, 6)));
        Assert.Equal(11011, Known.Code(QuoteRules.MeltAmount(null, null)));
        Assert.Equal(11006, QuoteRules.CheckMelt(1_000_001, "sat", new CashuOptions())?.Code);
        Assert.Null(QuoteRules.CheckMelt(1_000_000, "sat", new CashuOptions()));
    }
}
