using Turnpike.Conformance.Planetmint;

namespace Turnpike.Conformance.Cashu;

/// <summary>The published wallet library, both of its majors at once, through all that it does with a mint.</summary>
public sealed class CashuTsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_published_wallets_do_all_they_can_with_one_server_on_a_file()
    {
        await using var server = await ServerProcess.StartAsync(Settings("0"));

        await RunAsync(server, server, "0");
        var (code, text) = await TurnpikeCommand.RunAsync(server.Folder, "check");
        Assert.True(code == 0, text);
    }

    [Fact]
    public async Task The_published_wallets_do_all_they_can_with_the_socket_on_another_server_than_the_requests()
    {
        var settings = (await NodePair.SettingsAsync(_folder)).SelectMany(s => (string[])["--set", s]).ToArray();
        string[] all = [.. settings, .. Settings("100")];
        var servers = await Task.WhenAll(ServerProcess.StartAsync(all), ServerProcess.StartAsync(all));
        await using var first = servers[0];
        await using var second = servers[1];

        await RunAsync(first, second, "100");
        Assert.Equal((0, "The database's books hold."), await TurnpikeCommand.RunAsync(_folder.Path, ["check", .. settings]));
    }

    private static string[] Settings(string feePpk) =>
    [
        "--set", $"Turnpike:Cashu:InputFeePpk={feePpk}", "--set", "Turnpike:Cashu:Fake:AutoPayDelay=0",
        "--set", "Turnpike:Cashu:Fake:PayDelay=00:00:00.050",
    ];

    /// <summary>Requests go to one server, the socket is on another or the same.</summary>
    private static async Task RunAsync(ServerProcess requests, ServerProcess socket, string feePpk)
    {
        string[] addresses = [.. new[] { requests, socket }.Select(s => s.Main.GetLeftPart(UriPartial.Authority))];
        var runs = await Task.WhenAll(new[] { "3", "4" }.Select(
            version => NodeScript.RunAsync("cashu.mjs", version, addresses[0], feePpk, addresses[1])));

        Assert.All(runs, lines => Assert.Equal(
            [
                "keys", "mint", "send and receive", "double spend refused", "P2PK", "P2PK with SIG_ALL", "HTLC", "locked quote", "restore",
                "subscription to a mint quote", "melt with change", "melt between two wallets of this mint", "melt that fails",
                "melt that is not waited for", "each change once",
            ], lines));
        foreach (var server in new[] { requests, socket })
        {
            Assert.DoesNotContain(server.Log, line =>
                line.Contains("fail: ", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal));
        }
    }
}
