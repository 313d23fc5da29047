namespace Turnpike.Conformance.Planetmint;

public sealed class DriverTests
{
    [Fact]
    public async Task The_published_JavaScript_driver_does_all_it_can_do()
    {
        await using var node = await PlanetmintNode.StartAsync();

        var lines = await NodeScript.RunAsync("driver.mjs", $"{node.Server.Main}api/v1/");

        Assert.Equal(
            ["postTransaction", "postTransactionAsync", "postTransactionSync", "postTransactionCommit",
                "divisible", "lists", "threshold", "search", "floats", "refusals"],
            lines.Where(line => !line.StartsWith('(') && !line.Contains("Warning", StringComparison.Ordinal)));
        await node.CheckBooksAsync();
    }
}
