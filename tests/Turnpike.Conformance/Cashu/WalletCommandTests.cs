namespace Turnpike.Conformance.Cashu;

/// <summary><c>turnpike cashu …</c> as a developer types it.</summary>
public sealed class WalletCommandTests
{
    [Fact]
    public async Task A_developer_mints_sends_receives_and_restores()
    {
        await using var server = await ServerProcess.StartAsync();
        string[] mint = ["--mint", server.Main.ToString()];

        Assert.Contains("minted 100 sat; the wallet has 100", await RunAsync(["mint", "100", .. mint]), StringComparison.Ordinal);
        var token = (await RunAsync(["send", "30", "--memo", "cider", .. mint])).Trim();
        Assert.StartsWith("cashuB", token, StringComparison.Ordinal);
        Assert.Contains($"30 sat sent and not taken yet", await RunAsync(["balance"]), StringComparison.Ordinal);
        Assert.Contains("received 30 sat", await RunAsync(["receive", token, "--wallet", "bob.json"]), StringComparison.Ordinal);
        Assert.Equal("70 sat", (await RunAsync(["balance"])).Trim());

        var (code, refused) = await TurnpikeCommand.RunAsync(server.Folder, "cashu", "receive", token);
        Assert.Equal(1, code);
        Assert.Contains("The mint refuses with 11001", refused, StringComparison.Ordinal);

        using var wallet = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(server.Folder, "cashu-wallet.json")));
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "words"), wallet.RootElement.GetProperty("mnemonic").GetString() + "\n");
        Assert.Contains("restored 70 sat; the wallet has 70",
            await RunAsync(["restore", "--words", "words", "--wallet", "again.json", .. mint]), StringComparison.Ordinal);
        Assert.StartsWith("lnbcrt", await RunAsync(["invoice", "20", .. mint]), StringComparison.Ordinal);

        async Task<string> RunAsync(string[] arguments)
        {
            var (exit, text) = await TurnpikeCommand.RunAsync(server.Folder, ["cashu", .. arguments]);
            Assert.True(exit == 0, text);
            return text;
        }
    }
}
