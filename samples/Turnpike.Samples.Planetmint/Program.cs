// Makes an asset, pays half of it to somebody, and listens to the node while it does.
// Usage: dotnet run -- http://127.0.0.1:9984        (start a node with ./turnpike serve)
using System.Security.Cryptography;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

using var client = new PlanetmintClient(new PlanetmintClientOptions { Node = new Uri(args is [var url] ? url : "http://127.0.0.1:9984") });
using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

var alice = OwnerKeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));
var bob = OwnerKeyPair.FromSeed(RandomNumberGenerator.GetBytes(32));
var wallet = new Wallet(client, alice);

// What the other side can refuse is a value, so it is looked at; what cannot be foreseen is an exception.
if (!(await wallet.CreateAsync("""{"name":"barrel"}""", 100, metadata: null, patience.Token)).TryGet(out var asset, out var error)
    || !(await wallet.TransferAsync(asset.Id, 50, bob.Owner, metadata: null, patience.Token)).TryGet(out var payment, out error))
{
    Console.Error.WriteLine($"The node refuses: {error.Message}");
    return 1;
}

Console.WriteLine($"Alice has {await client.BalanceAsync(alice.Owner, asset.Id, patience.Token)} of {asset.Id}");
Console.WriteLine($"Bob has {await client.BalanceAsync(bob.Owner, asset.Id, patience.Token)}");

// Everything that concerns Bob, from the beginning. With the last id kept, After(id) goes on where a program left off.
var concernsBob = new StreamFilter(publicKeys: [], involved: [bob.Owner], assetIds: [], operations: []);
await foreach (var e in client.Transactions(concernsBob, StreamPosition.Beginning, patience.Token))
{
    Console.WriteLine($"The stream told of {e.TransactionId} at height {e.Height}");
    if (e.TransactionId == payment.Id) return 0;
}

return 1;
