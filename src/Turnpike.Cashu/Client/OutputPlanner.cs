using System.Security.Cryptography;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Makes the outputs of one request, and the wallet in which their counters are used up (NUT-13).</summary>
internal sealed class OutputPlanner(WalletModel wallet, DeterministicSecrets secrets)
{
    private readonly Dictionary<string, ulong> _counters = new(wallet.Counters, StringComparer.Ordinal);

    /// <summary>The amounts of which a keyset has keys, the largest first, whose sum is an amount.</summary>
    public static IReadOnlyList<ulong> Split(Keyset keyset, ulong amount)
    {
        var parts = new List<ulong>();
        foreach (var (value, _) in keyset.Keys.Reverse())
        {
            for (; amount >= value; amount -= value) parts.Add(value);
        }

        parts.Reverse();
        return amount == 0 ? parts : throw new CashuClientException($"The mint's keyset {keyset.Id} has no keys for {amount}");
    }

    /// <summary>Outputs for the wallet itself, which can be made again from its words.</summary>
    public List<PlannedOutput> Plan(Keyset keyset, ulong amount) =>
        [.. Split(keyset, amount).Select(a => Next(keyset.Id, a, isSent: false))];

    /// <summary>Outputs for a token: locked ones cannot be made again.</summary>
    public List<PlannedOutput> PlanSent(Keyset keyset, ulong amount, SpendingLock? condition) =>
        [.. Split(keyset, amount).Select(a => condition is null ? Next(keyset.Id, a, isSent: true) : Locked(keyset.Id, a, condition))];

    /// <summary>Blank outputs for the change of a melt.</summary>
    /// <param name="keyset">The keyset.</param>
    /// <param name="most">The most that can come back.</param>
    public List<PlannedOutput> PlanBlanks(Keyset keyset, ulong most)
    {
        if (most == 0 || keyset.Keys.Count == 0) return [];
        var largest = keyset.Keys[^1].Amount;
        // Change comes as powers of two: as many as the most has digits, and what is above the largest key again and again.
        var below = Math.Min(most, largest - 1);
        var count = (int)Math.Min(most / largest, 100) + (below == 0 ? 0 : System.Numerics.BitOperations.Log2(below) + 1);
        return [.. Enumerable.Range(0, count).Select(_ => Next(keyset.Id, 0, isSent: false))];
    }

    /// <summary>The request, before it is in the wallet.</summary>
    public static OperationModel Operation(string kind, byte[] body, IEnumerable<string> inputs, IEnumerable<PlannedOutput> outputs) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), kind, Encoding.UTF8.GetString(body), [.. inputs],
        [.. outputs.Select(o => o.ToModel())]);

    /// <summary>The wallet with the request in it and the counters moved on.</summary>
    public WalletModel Add(OperationModel operation) =>
        wallet with { Counters = _counters, Operations = [.. wallet.Operations, operation] };

    private PlannedOutput Next(KeysetId keyset, ulong amount, bool isSent)
    {
        var name = keyset.ToString();
        var counter = _counters.GetValueOrDefault(name);
        _counters[name] = counter + 1;
        Span<byte> r = stackalloc byte[Scalar.Length];
        return new PlannedOutput(amount, keyset, secrets.Derive(keyset, counter, r), new Scalar(r), isSent, null);
    }

    private static PlannedOutput Locked(KeysetId keyset, ulong amount, SpendingLock condition)
    {
        Span<byte> r = stackalloc byte[Scalar.Length];
        do RandomNumberGenerator.Fill(r); while (!Secp256k1.IsSecretKey(r));
        var (secret, ephemeral) = condition.Make();
        return new PlannedOutput(amount, keyset, secret, new Scalar(r), true, ephemeral);
    }
}
