// Gets ecash for an invoice, sends some of it to somebody, and hears on the mint's socket when he takes it.
// Usage: dotnet run -- http://127.0.0.1:9984        (start a mint with ./turnpike serve)
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

using var client = new CashuClient(new CashuClientOptions { Mint = new Uri(args is [var url] ? url : "http://127.0.0.1:9984") });
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

// Wallets live in files. These are for one run; a real one is kept,
// opened with WalletFile.Open and asked to recover what a crash left open.
var folder = Directory.CreateTempSubdirectory("cashu-sample-");
using var aliceFile = WalletFile.Create(Path.Combine(folder.FullName, "alice.json"), client.Mint, "sat");
using var bobFile = WalletFile.Create(Path.Combine(folder.FullName, "bob.json"), client.Mint, "sat");
var (alice, bob) = (new CashuWallet(client, aliceFile), new CashuWallet(client, bobFile));

// What the other side can refuse is a value, so it is looked at; what cannot be foreseen is an exception.
var invoice = Accept(await alice.RequestMintAsync(100, "a sample", patience.Token));
Console.WriteLine($"Alice is to pay {invoice.Request}");
await foreach (var update in client.MintQuotes([invoice.Id], since: null, patience.Token))
{
    Console.WriteLine($"The invoice is {update.Value.State}");
    if (update.Value.State == MintQuoteState.Paid) break;       // the mint's simulated Lightning node pays by itself
}

Accept(await alice.MintAsync(invoice.Id, patience.Token));
var token = Accept(await alice.SendAsync(40, new SendOptions { Memo = "for the cider" }, patience.Token));
Console.WriteLine($"Alice sends {Tokens.Encode(token)}");

var received = Accept(await bob.ReceiveAsync(token, null, patience.Token));
Console.WriteLine($"Bob got {received}; Alice has {alice.Balance}, Bob has {bob.Balance}");

// The state now, then each change once. With the last Seq kept, a program goes on where it left off.
await foreach (var update in client.Proofs([token.Proofs[0].Y], since: null, patience.Token))
{
    Console.WriteLine($"The socket told that the token is {update.Value.State}");
    if (update.Value.State == ProofState.Spent) break;
}

folder.Delete(recursive: true);

static T Accept<T>(Result<T> result) =>
    result.TryGet(out var value, out var error)
        ? value : throw new InvalidOperationException($"Refused with {error.Code}: {error.Message}");
