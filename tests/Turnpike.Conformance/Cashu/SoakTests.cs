using Turnpike.Soak;

namespace Turnpike.Conformance.Cashu;

/// <summary>A few rounds of what <c>./turnpike soak cashu</c> does at length.</summary>
public sealed class SoakTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Three_kills_of_a_mint_lose_no_coin_and_pay_no_invoice_twice(bool isCluster)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var progress = new StringWriter();

        var figures = await new CashuSoak(20261121, progress).RunAsync(3, isCluster, limit.Token);

        Assert.True(figures.IsClean, $"{figures}\n{progress}");
        Assert.True(figures is { Rounds: 3, Answered: > 100, Paid: > 0, Outstanding: > 0 }, $"{figures}");
        Assert.True(figures.Melts.ContainsKey("PAID") && figures.Melts.ContainsKey("20004"), $"{figures}");
    }
}
