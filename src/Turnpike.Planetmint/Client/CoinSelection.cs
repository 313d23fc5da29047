using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>An output that a key can see, as <c>GET /outputs?detail=true</c> lists it.</summary>
/// <param name="Output">The transaction that made it, and its place there.</param>
/// <param name="Amount">In the asset's own unit, 1 to 9·10¹⁸; null from a node that does not tell it.</param>
/// <param name="AssetId">The asset; null from a node that does not tell it.</param>
/// <remarks>planetmint.md 3.</remarks>
public sealed record OwnedOutput(OutputRef Output, long? Amount, TransactionId? AssetId);

/// <summary>Which outputs pay for a transfer.</summary>
internal static class CoinSelection
{
    /// <summary>The largest first, so that the transaction has few inputs, until the amount is reached.</summary>
    /// <param name="outputs">What there is, of one asset.</param>
    /// <param name="amount">What is needed, at least 1.</param>
    /// <param name="spendable">Asked of each output before it is taken: false leaves it out.</param>
    /// <returns>The outputs and their sum; the sum is below <paramref name="amount"/> if all of them do not suffice.
    /// Otherwise it exceeds it by less than the smallest output taken, so the change fits into one output.</returns>
    public static async Task<(IReadOnlyList<OwnedOutput> Outputs, UInt128 Sum)> SelectAsync(
        IEnumerable<OwnedOutput> outputs, long amount, Func<OwnedOutput, ValueTask<bool>> spendable)
    {
        var taken = new List<OwnedOutput>();
        UInt128 sum = 0;
        foreach (var output in outputs.OrderByDescending(o => o.Amount ?? 0))
        {
            if (sum >= (ulong)amount) break;
            if (!await spendable(output)) continue;
            taken.Add(output);
            sum += (ulong)(output.Amount ?? 0);
        }
        return (taken, sum);
    }
}
