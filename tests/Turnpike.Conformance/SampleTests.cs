namespace Turnpike.Conformance;

/// <summary>The programs that newcomers start from do what they say.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task The_planetmint_sample_pays_bob_and_hears_of_it()
    {
        await using var server = await ServerProcess.StartAsync();
        var program = Path.Combine(AppContext.BaseDirectory, "Turnpike.Samples.Planetmint.dll");
        await using var sample = ChildProcess.Start("dotnet", [program, server.Main.ToString()], server.Folder);

        Assert.Equal(0, await sample.ExitAsync());

        Assert.Contains("Alice has 50 of ", sample.Text(), StringComparison.Ordinal);
        Assert.Contains("Bob has 50", sample.Text(), StringComparison.Ordinal);
        Assert.Contains("The stream told of ", sample.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cashu_sample_sends_to_bob_and_hears_of_it()
    {
        await using var server = await ServerProcess.StartAsync();
        var program = Path.Combine(AppContext.BaseDirectory, "Turnpike.Samples.Cashu.dll");
        await using var sample = ChildProcess.Start("dotnet", [program, server.Main.ToString()], server.Folder);

        var code = await sample.ExitAsync();

        Assert.True(code == 0, sample.Text());
        Assert.Contains("The invoice is Paid", sample.Text(), StringComparison.Ordinal);
        Assert.Contains("Bob got 40; Alice has 60, Bob has 40", sample.Text(), StringComparison.Ordinal);
        Assert.Contains("The socket told that the token is Spent", sample.Text(), StringComparison.Ordinal);
    }
}
