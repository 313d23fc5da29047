namespace Turnpike.Conformance.Cashu;

public sealed class CashuTsTests
{
    [Theory]
    [InlineData("3", "0")]
    [InlineData("3", "100")]
    [InlineData("4", "0")]
    [InlineData("4", "100")]
    public async Task The_published_wallet_mints_sends_receives_and_restores(string version, string feePpk)
    {
        await using var server = await ServerProcess.StartAsync(
            "--set", $"Turnpike:Cashu:InputFeePpk={feePpk}", "--set", "Turnpike:Cashu:Fake:AutoPayDelay=0");

        var lines = await NodeScript.RunAsync("cashu.mjs", version, server.Main.GetLeftPart(UriPartial.Authority), feePpk);

        Assert.Equal(
            ["keys", "mint", "send and receive", "double spend refused", "P2PK", "P2PK with SIG_ALL", "HTLC", "locked quote", "restore"], lines);
        var (code, text) = await TurnpikeCommand.RunAsync(server.Folder, "check");
        Assert.True(code == 0, text);
        Assert.DoesNotContain(server.Log, line => line.Contains("fail", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal));
    }
}
