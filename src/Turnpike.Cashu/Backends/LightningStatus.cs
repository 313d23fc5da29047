using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Backends;

/// <summary>Whether a node answers, and who it is.</summary>
/// <remarks>docs/specs/cashu.md 9.1.</remarks>
internal abstract record LightningStatus
{
    private LightningStatus() { }

    /// <summary>It answers.</summary>
    /// <param name="Network">As in its invoices: <c>bc</c>, <c>tb</c>, <c>tbs</c>, <c>bcrt</c> or <c>sb</c>.</param>
    /// <param name="Node">Its public key, which also signs its invoices.</param>
    /// <param name="SpendableMsat">What it could pay now, in thousandths of a satoshi, fees included.</param>
    public sealed record Reachable(string Network, PublicKey Node, long SpendableMsat) : LightningStatus;

    /// <summary>It does not answer, or not sensibly.</summary>
    /// <param name="Reason">Why, for the log.</param>
    public sealed record Unreachable(string Reason) : LightningStatus;

    /// <summary>The prefix that invoices of a network have.</summary>
    /// <param name="name">As LND (<c>mainnet</c>) or CLN (<c>bitcoin</c>) calls it.</param>
    /// <returns>Null for a network that neither has.</returns>
    public static string? Prefix(string name) => name switch
    {
        "mainnet" or "bitcoin" => "bc",
        "testnet" or "testnet4" => "tb",
        "signet" => "tbs",
        "regtest" => "bcrt",
        "simnet" => "sb",
        _ => null,
    };
}
