using System.Diagnostics;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cli.Commands;

/// <summary>Cashu: ecash for a paid invoice, a token from hand to hand, a payment, a double spend that is refused.</summary>
internal sealed class CashuDemonstration(Terminal terminal, string folder) : IDemonstration
{
    private const ulong Minted = 1000, Sent = 300, Paid = 200;
    private ChildServer? _server;
    private CashuClient? _client;
    private WalletFile? _aliceFile, _bobFile;
    private bool _holds = true;

    /// <inheritdoc/>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        terminal.Line(terminal.Strong(
            "Turnpike: a Cashu mint, its HTTP API and its socket, with real blind signatures and a simulated Lightning node"));
        var client = await StartAsync(cancellation);
        var (alice, bob) = Wallets(client);

        if (!await MintAsync(client, alice, cancellation)) return false;
        if (await SendAsync(client, alice, bob, cancellation) is not { } token) return false;
        var again = await alice.ReceiveAsync(token, null, cancellation);
        Check("double spend", again.Error?.Code == 11001, again.Error is { } error
            ? $"the same token once more: refused with {error.Code}: {error.Message}"
            : "the same token once more was taken");
        await PayAsync(client, bob, cancellation);
        Check("balances", alice.Balance == Minted - Sent && bob.Balance < Sent, $"Alice {alice.Balance} sat, Bob {bob.Balance} sat");
        await StopAsync(cancellation);
        terminal.Line(_holds ? terminal.Good("All of it held.") : terminal.Bad("Not all of it held."));
        return _holds;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _aliceFile?.Dispose();
        _bobFile?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task<CashuClient> StartAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        // Invoices are paid when the demonstration does, not by themselves.
        var settings = new Dictionary<string, string> { ["Turnpike:Cashu:Fake:AutoPayDelay"] = "0" };
        _server = await ChildServer.StartAsync(folder, 0, 0, settings, cancellation);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Check("server", true, $"ready on {terminal.Name(_server.Main.ToString())} after {seconds:0.0} s, state in {folder}");
        _client = new CashuClient(new CashuClientOptions { Mint = _server.Main });
        var info = await _client.GetInfoAsync(cancellation);
        Check("mint", info is { HasSubscriptions: true, HasMelting: true }, $"{info.Name}, {info.Version}: mints, melts and tells");
        return _client;
    }

    private (CashuWallet Alice, CashuWallet Bob) Wallets(CashuClient client)
    {
        _aliceFile = WalletFile.Create(Path.Combine(folder, "alice.json"), client.Mint, "sat");
        _bobFile = WalletFile.Create(Path.Combine(folder, "bob.json"), client.Mint, "sat");
        Check("wallets", _aliceFile.Words != _bobFile.Words, "Alice and Bob have one each, made of 12 words");
        return (new CashuWallet(client, _aliceFile), new CashuWallet(client, _bobFile));
    }

    private async Task<bool> MintAsync(CashuClient client, CashuWallet alice, CancellationToken cancellation)
    {
        if (!Holds("invoice", await alice.RequestMintAsync(Minted, "demo", cancellation), out var quote)) return false;
        Check("invoice", quote.State == MintQuoteState.Unpaid, $"Alice is to pay {Short(quote.Request)}");
        await using var updates = client.MintQuotes([quote.Id], null, cancellation).GetAsyncEnumerator(cancellation);
        Check("socket", await updates.MoveNextAsync() && updates.Current.Value.State == MintQuoteState.Unpaid,
            $"subscribed on {terminal.Name($"ws://{client.Mint.Authority}/v1/ws")}: the quote is UNPAID");
        if (!Holds("payment", await client.PayInDevelopmentAsync(quote.Request, cancellation), out _)) return false;
        Check("socket", await updates.MoveNextAsync() && updates.Current.Value.State == MintQuoteState.Paid, "the quote is PAID");
        if (!Holds("mint", await alice.MintAsync(quote.Id, cancellation), out var minted)) return false;
        return Check("mint", minted == Minted, $"Alice has {alice.Balance} sat: signed blindly, each signature's evidence verified");
    }

    private async Task<Token?> SendAsync(CashuClient client, CashuWallet alice, CashuWallet bob, CancellationToken cancellation)
    {
        if (!Holds("send", await alice.SendAsync(Sent, new SendOptions { Memo = "for the cider" }, cancellation), out var token))
            return null;
        Check("send", token.Amount == Sent, $"Alice made a token of {token.Proofs.Count} proofs: {Short(Tokens.Encode(token))}");
        await using var updates = client.Proofs([.. token.Proofs.Select(p => p.Y)], null, cancellation).GetAsyncEnumerator(cancellation);
        Check("socket", await AllAsync(updates, token.Proofs.Count, ProofState.Unspent), "its proofs are UNSPENT");

        if (!Holds("receive", await bob.ReceiveAsync(token, null, cancellation), out var received)) return null;
        Check("receive", received == Sent, $"Bob swapped it for proofs of his own: {bob.Balance} sat");
        Check("socket", await AllAsync(updates, token.Proofs.Count, ProofState.Spent), "its proofs are SPENT: Alice knows that Bob has it");
        return token;
    }

    private async Task PayAsync(CashuClient client, CashuWallet bob, CancellationToken cancellation)
    {
        if (!Holds("invoice", await client.CreateInvoiceInDevelopmentAsync(Paid, "cider", cancellation), out var invoice)) return;
        if (!Holds("melt", await bob.RequestMeltAsync(invoice, cancellation), out var quote)) return;
        Check("melt", quote.Amount == Paid,
            $"the mint would pay {Short(invoice)} for {quote.Amount} sat and up to {quote.FeeReserve} of fees");
        if (!Holds("melt", await bob.MeltAsync(quote, cancellation), out var outcome)) return;
        Check("melt", outcome.State == MeltQuoteState.Paid && bob.Balance == Sent - Paid - outcome.Fee,
            $"paid, {outcome.Fee} sat of fees, the rest came back; preimage {Short(outcome.Preimage ?? "")}");
    }

    private static async Task<bool> AllAsync(IAsyncEnumerator<MintUpdate<ProofStatus>> updates, int count, ProofState state)
    {
        var all = true;
        for (var i = 0; i < count; i++) all &= await updates.MoveNextAsync() && updates.Current.Value.State == state;
        return all;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        var code = await _server!.StopAsync(cancellation);
        Check("server", code == 0, $"ended in order (exit code {code}); its folder goes, too");
    }

    private bool Holds<T>(string step, Result<T> result, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value)
    {
        if (result.TryGet(out value, out var error)) return value is not null;
        return Check(step, false, $"refused with {error.Code}: {error.Message}");
    }

    private bool Check(string step, bool holds, string text)
    {
        _holds &= holds;
        terminal.Line($"  {(holds ? terminal.Good("✓") : terminal.Bad("✗"))} {terminal.Strong(step.PadRight(12))} {text}");
        return holds;
    }

    private string Short(string text) => terminal.Name(text.Length <= 24 ? text : text[..24] + "…");
}
