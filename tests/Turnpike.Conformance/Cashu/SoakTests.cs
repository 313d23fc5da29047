using Turnpike.Soak;

namespace Turnpike.Conformance.Cashu;

/// <summary>A few rounds of what <c>./turnpike soak cashu</c> and <c>cashu-input</c> do at length.</summary>
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

    [Fact]
    public async Task Five_thousand_spoiled_inputs_are_refused_and_the_books_hold()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var progress = new StringWriter();

        var figures = await new CashuInputSoak(20261121, progress).RunAsync(5000, limit.Token);

        Assert.True(figures.Faults.Count == 0, $"{figures}\n{progress}");
        Assert.True(figures is { Inputs: 5000, Refused: > 2000, Answered: > 300, Taken: > 50, Closed: > 50, Dropped: > 500 }, $"{figures}");
    }
}
