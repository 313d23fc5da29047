using Turnpike.Cashu.Domain;

namespace Turnpike.Conformance.Cashu;

/// <summary><c>turnpike cashu …</c> as the operator of a running server types it.</summary>
public sealed class OperatorCommandTests : IAsyncLifetime
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private ServerProcess _server = null!;

    public async Task InitializeAsync() => _server = await ServerProcess.StartAsync(
        "--set", "Turnpike:Cashu:Fake:AutoPayDelay=0", "--set", "Turnpike:Cashu:PayTimeout=1");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_operator_rotates_audits_and_decides_a_payment()
    {
        using var alice = Purse.Create(_server.Main);
        await alice.FillAsync(100);
        var invoice = Purse.Ok(await alice.Client.CreateInvoiceInDevelopmentAsync(20, "fake:pending=600000", Never));
        var quote = Purse.Ok(await alice.Wallet.RequestMeltAsync(invoice, Never));
        Assert.Equal(MeltQuoteState.Pending, Purse.Ok(await alice.Wallet.MeltAsync(quote, Never)).State);
        var id = quote.Id.Value;

        var seen = await Task.WhenAll(
            OkAsync("quotes", "--pending"), OkAsync("melt", "status", id), OkAsync("melt", "retry", id), OkAsync("keysets"));
        Assert.Matches($"^{id} attempt 1: open, 20000 msat and at most 2000 for Lightning", seen[0]);
        Assert.Contains("turnpike: 1 payments are under way", seen[0], StringComparison.Ordinal);
        Assert.StartsWith($"{id} PENDING: 20 sat, reserve 2\nattempt 1: open", seen[1], StringComparison.Ordinal);
        Assert.Equal("The node is asked; 'melt status' tells what it says.", seen[2]);
        Assert.Matches("^01[0-9a-f]{64} sat active, fee 0 ppk, issued [0-9]+, redeemed [0-9]+$", seen[3]);

        Assert.Equal("Decided: failed.", await OkAsync("melt", "resolve", id, "--failed"));
        Assert.Equal(0, await alice.Wallet.RecoverAsync(Never));
        Assert.Equal(100UL, alice.Wallet.Balance);
        Assert.Matches("^01[0-9a-f]{64} sat active, fee 100 ppk, ends 2100-01-01 00:00:00Z$",
            await OkAsync("rotate", "--unit", "sat", "--fee", "100", "--final-expiry", "4102444800"));
        seen = await Task.WhenAll(OkAsync("melt", "status", id), OkAsync("keysets"), OkAsync("audit"));
        Assert.Matches($"^{id} UNPAID: 20 sat, reserve 2\nattempt 1: failed with 20004, ", seen[0]);
        Assert.Matches("^01.* sat inactive, fee 0 ppk, .*\n01.* sat active, fee 100 ppk, issued 0, redeemed 0, ends 2100", seen[1]);
        Assert.Equal("sat: credited 100 − unissued 0 − paid out 0 = outstanding 100 + kept 0", seen[2]);
        Assert.Equal("turnpike: No payment of this melt is under way; 'melt status' tells what became of it.",
            await EndsAsync(1, "melt", "resolve", id, "--paid", new string('a', 64), "--fee-msat", "1000"));
    }

    [Fact]
    public async Task What_cannot_be_done_is_a_line_and_an_exit_code()
    {
        await File.WriteAllTextAsync(Path.Combine(_server.Folder, "other"), "0123\n");
        var wrong = await Task.WhenAll(
            EndsAsync(1, "audit", "--token-file", "other"),
            EndsAsync(1, "melt", "status", "nope"),
            EndsAsync(1, "rotate", "--unit", "eur"),
            EndsAsync(1, "keysets", "--data", "nowhere"),
            RunAsync(1, "keysets", "--mint", "http://127.0.0.1:1"),
            EndsAsync(2, "melt", "resolve", "nope"));

        Assert.Equal(
        [
            $"turnpike: The server at {_server.Main} does not take this token; each start of a server writes another one",
            "turnpike: The mint refuses with 20000: There is no such quote",
            "turnpike: The mint refuses with 11013: 'eur' is not supported",
            $"turnpike: There is no token in {Path.Combine(_server.Folder, "nowhere", "admin-token")}: name the server's --data or --token-file.",
            "turnpike: No server answers at http://127.0.0.1:1/: Connection refused (127.0.0.1:1)",
            "turnpike: Either --paid PREIMAGE or --failed\nturnpike: see turnpike --help",
        ], wrong);
    }

    private Task<string> OkAsync(params string[] arguments) => EndsAsync(0, arguments);

    private Task<string> EndsAsync(int code, params string[] arguments) =>
        RunAsync(code, [.. arguments, "--mint", _server.Main.ToString()]);

    private async Task<string> RunAsync(int code, params string[] arguments)
    {
        var (exit, text) = await TurnpikeCommand.RunAsync(_server.Folder, ["cashu", .. arguments]);
        Assert.True(exit == code, $"{exit}: {text}");
        return text;
    }
}
