using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Threading.Channels;
using Turnpike.Kernel;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Cli.Commands;

/// <summary>Planetmint: an asset, transfers, the event stream, a double spend that is refused.</summary>
internal sealed class PlanetmintDemonstration(Terminal terminal, string folder) : IDemonstration
{
    private const long Barrels = 100;
    private readonly Channel<TransactionEvent> _received = Channel.CreateBounded<TransactionEvent>(100);
    private readonly CancellationTokenSource _listening = new();
    private ChildServer? _server;
    private PlanetmintClient? _client;
    private Task _listener = Task.CompletedTask;
    private bool _holds = true;

    /// <inheritdoc/>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        terminal.Line(terminal.Strong("Turnpike: a Planetmint node, its HTTP API and its event stream, with real cryptography"));
        var client = await StartAsync(cancellation);
        var (alice, bob) = Keys();
        await ListenAsync(client, cancellation);

        if (await CreateAsync(client, alice, cancellation) is not { } asset) return false;
        var wallets = (Alice: new Wallet(client, alice), Bob: new Wallet(client, bob));

        // The rival is made, and signed, from the same unspent output before the first is posted.
        var rival = await wallets.Alice.ComposeTransferAsync(asset, Barrels, alice.Owner, null, cancellation);
        await TransferAsync("Alice → Bob", 30, wallets.Alice, asset, bob.Owner, cancellation);
        await TransferAsync("Bob → Alice", 10, wallets.Bob, asset, alice.Owner, cancellation);
        await RefuseAsync(client, rival, cancellation);
        await BalancesAsync(client, asset, alice.Owner, bob.Owner, cancellation);
        Check("stream", !_received.Reader.TryRead(out _), "3 transactions committed, 3 events received; nothing of the refused one");
        await StopAsync(cancellation);
        terminal.Line(_holds ? terminal.Good("All of it held.") : terminal.Bad("Not all of it held."));
        return _holds;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndListeningAsync();
        _listening.Dispose();
        _client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task<PlanetmintClient> StartAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        _server = await ChildServer.StartAsync(folder, 0, 0, new Dictionary<string, string>(), cancellation);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Check("server", true, $"ready on {terminal.Name(_server.Main.ToString())} after {seconds:0.0} s, state in {folder}");
        return _client = new PlanetmintClient(new PlanetmintClientOptions { Node = _server.Main, Stream = _server.Streams });
    }

    private (OwnerKeyPair Alice, OwnerKeyPair Bob) Keys()
    {
        var alice = OwnerKeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));
        var bob = OwnerKeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));
        Check("keys", alice.Owner != bob.Owner, $"ed25519: Alice {terminal.Name(alice.Owner.ToString())}");
        Check("keys", alice.Owner != bob.Owner, $"ed25519: Bob   {terminal.Name(bob.Owner.ToString())}");
        return (alice, bob);
    }

    /// <summary>Subscribes, from the beginning, so that nothing depends on who is first.</summary>
    private async Task ListenAsync(PlanetmintClient client, CancellationToken cancellation)
    {
        _listener = PumpAsync(client.Transactions(StreamFilter.None, StreamPosition.Beginning, _listening.Token));
        Check("stream", await client.GetLatestBlockAsync(cancellation) is { Height: 0 },
            $"subscribed to {terminal.Name($"ws://{_server!.Streams.Authority}/api/v1/streams/valid_transactions")}; the chain is empty");
    }

    private async Task PumpAsync(IAsyncEnumerable<TransactionEvent> events)
    {
        try
        {
            await foreach (var e in events) await _received.Writer.WriteAsync(e);
        }
        catch (OperationCanceledException)
        {
            _received.Writer.Complete();
        }
        catch (Exception error)
        {
            _received.Writer.Complete(error);   // told to whoever waits for an event
            throw;
        }
    }

    private async Task<TransactionId?> CreateAsync(PlanetmintClient client, OwnerKeyPair alice, CancellationToken cancellation)
    {
        var wallet = new Wallet(client, alice);
        var started = Stopwatch.GetTimestamp();
        var result = await wallet.CreateAsync("""{"name":"barrel","of":"cider"}""", Barrels, null, cancellation);
        if (!Committed("CREATE", $"{Barrels} barrels for Alice", result, started)) return null;
        _ = result.TryGet(out var transaction, out _);
        await ReceiveAsync(transaction!, cancellation);
        return transaction!.Id;
    }

    private async Task TransferAsync(
        string who, long amount, Wallet from, TransactionId asset, OwnerKey to, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await from.TransferAsync(asset, amount, to, null, cancellation);
        if (Committed("TRANSFER", $"{who} {amount}", result, started) && result.TryGet(out var transaction, out _))
            await ReceiveAsync(transaction, cancellation);
    }

    private bool Committed(string step, string what, Result<Transaction> result, long started)
    {
        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return Check(step, result.TryGet(out var transaction, out var error), error is null
            ? $"{what}: signed, posted, committed in {milliseconds} ms as {Short(transaction!.Id)}"
            : $"{what}: {error.Message}");
    }

    /// <summary>The next event must be this transaction's, and on receipt the transaction must be there to read.</summary>
    private async Task ReceiveAsync(Transaction transaction, CancellationToken cancellation)
    {
        var e = await _received.Reader.ReadAsync(cancellation);
        var stored = await _client!.GetTransactionAsync(e.TransactionId, cancellation);
        var same = e.TransactionId == transaction.Id && e.AssetId == transaction.AssetId
            && stored is not null && stored.CanonicalBody.Span.SequenceEqual(transaction.CanonicalBody.Span);
        Check("stream", same, $"received {Short(e.TransactionId)} of block {e.Height}, asset {Short(e.AssetId)}");
    }

    private async Task RefuseAsync(PlanetmintClient client, Result<Transaction> rival, CancellationToken cancellation)
    {
        if (!rival.TryGet(out var transaction, out var error))
        {
            Check("double spend", false, error.Message);
            return;
        }
        var result = await client.PostAsync(transaction, PostMode.Commit, cancellation);
        var refused = !result.TryGet(out _, out error) && error.Name == "DoubleSpend";
        Check("double spend", refused, error is null ? "was taken" : $"refused with {error.Code}: {error.Message}");
    }

    private async Task BalancesAsync(
        PlanetmintClient client, TransactionId asset, OwnerKey alice, OwnerKey bob, CancellationToken cancellation)
    {
        var (hers, his) = (await client.BalanceAsync(alice, asset, cancellation), await client.BalanceAsync(bob, asset, cancellation));
        Check("balances", hers == 80 && his == 20, $"Alice {hers}, Bob {his}: {hers + his} of {Barrels}");
        var audit = await client.AuditAsync(cancellation);
        Check("audit", audit is { Faults: [], Transactions: 3 }, audit.Faults is [var fault, ..]
            ? fault
            : $"replayed {audit.Height} blocks from the stream: every hash, signature and amount is right");
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        await EndListeningAsync();
        var code = await _server!.StopAsync(cancellation);
        Check("server", code == 0, $"ended in order (exit code {code}); its folder goes, too");
    }

    private async Task EndListeningAsync()
    {
        await _listening.CancelAsync();
        await _listener.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);     // told already, by the channel
    }

    private bool Check(string step, bool holds, string text)
    {
        _holds &= holds;
        terminal.Line($"  {(holds ? terminal.Good("✓") : terminal.Bad("✗"))} {terminal.Strong(step.PadRight(12))} {text}");
        return holds;
    }

    private string Short(TransactionId id) => terminal.Name(id.ToString()[..8] + "…");
}
