using System.Text;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>One key's transactions: composes, signs and posts them, and gets the change back.</summary>
/// <remarks>Spends only outputs that this key can spend alone; what it shares with others needs those, too.
/// Two transfers at once may choose the same output: then the node refuses the second as a double spend.</remarks>
public sealed class Wallet(PlanetmintClient client, OwnerKeyPair keys)
{
    /// <summary>The name of the error of a transfer for which there is too little.</summary>
    public const string InsufficientFunds = "InsufficientFunds";

    /// <summary>Makes an asset that this key issues and owns, and waits for the commit.</summary>
    /// <param name="data">What it is: a JSON object; null for nothing.</param>
    /// <param name="amount">1 to <see cref="TransactionOutput.MaxAmount"/>.</param>
    /// <param name="metadata">A JSON object with at least one member; null for none.</param>
    /// <param name="cancellation">Ends the wait, not the commit.</param>
    /// <returns>The transaction, whose id is the asset's; or why it cannot be, in our words or the node's.</returns>
    /// <exception cref="HttpRequestException">The node is not there, or failed: the transaction may be committed or not.</exception>
    public async Task<Result<Transaction>> CreateAsync(string? data, long amount, string? metadata, CancellationToken cancellation)
    {
        var made = TransactionBuilder.Create([keys], [new NewOutput(amount, keys.Owner)], Utf8(data), Utf8(metadata));
        return made.TryGet(out var transaction, out var error)
            ? await client.PostAsync(transaction, PostMode.Commit, cancellation)
            : error;
    }

    /// <summary>Hands some of an asset on and waits for the commit. What is spent beyond the amount comes back as change.</summary>
    /// <param name="asset">Which asset.</param>
    /// <param name="amount">1 to <see cref="TransactionOutput.MaxAmount"/>.</param>
    /// <param name="to">Who shall have it.</param>
    /// <param name="metadata">A JSON object with at least one member; null for none.</param>
    /// <param name="cancellation">Ends the wait, not the commit.</param>
    /// <returns>The transaction; <see cref="InsufficientFunds"/>; or the node's refusal.</returns>
    /// <exception cref="HttpRequestException">The node is not there, or failed: the transaction may be committed or not.</exception>
    public async Task<Result<Transaction>> TransferAsync(
        TransactionId asset, long amount, OwnerKey to, string? metadata, CancellationToken cancellation)
    {
        var composed = await ComposeTransferAsync(asset, amount, to, metadata, cancellation);
        return composed.TryGet(out var transaction, out var error)
            ? await client.PostAsync(transaction, PostMode.Commit, cancellation)
            : error;
    }

    /// <summary>Chooses outputs, composes and signs, as <see cref="TransferAsync"/> does, but posts nothing.</summary>
    public async Task<Result<Transaction>> ComposeTransferAsync(
        TransactionId asset, long amount, OwnerKey to, string? metadata, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, 1);
        var unspent = new List<OwnedOutput>();
        await foreach (var output in client.GetOutputsAsync(keys.Owner, spent: false, detail: true, cancellation))
        {
            if (output.AssetId == asset) unspent.Add(output);
        }

        var makers = new Dictionary<TransactionId, Transaction>();
        var (chosen, sum) = await CoinSelection.SelectAsync(unspent, amount, async output =>
        {
            if (!makers.TryGetValue(output.Output.TransactionId, out var maker))
            {
                maker = await client.GetTransactionAsync(output.Output.TransactionId, cancellation)
                    ?? throw new PlanetmintClientException($"The node lists {output.Output}, and does not have that transaction");
                makers.Add(maker.Id, maker);
            }
            return maker.Outputs[output.Output.Index].Details is ConditionDetails.Ed25519 single && single.Key == keys.Owner;
        });
        if (sum < (ulong)amount)
            return new ProtocolError(0, InsufficientFunds, $"{amount} of {asset} are wanted; this key can spend {sum} alone");
        var spends = chosen.Select(o => Spend.Of(makers[o.Output.TransactionId], o.Output.Index)).ToList();
        return TransactionBuilder.Transfer(asset, spends, [keys], Outputs(to, amount, (long)(sum - (ulong)amount)), Utf8(metadata));
    }

    private List<NewOutput> Outputs(OwnerKey to, long amount, long change)
    {
        var outputs = new List<NewOutput> { new(amount, to) };
        if (change > 0) outputs.Add(new(change, keys.Owner));
        return outputs;
    }

    private static ReadOnlyMemory<byte> Utf8(string? json) => json is null ? default : Encoding.UTF8.GetBytes(json);
}
