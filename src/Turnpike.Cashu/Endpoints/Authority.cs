using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Who decides about payments: the server that owns them, as long as its lease lasts; or an operator.</summary>
/// <param name="Owner">The server; null for an operator.</param>
/// <param name="Lease">Its lease.</param>
/// <remarks>docs/specs/cashu.md 7.5, one authority.</remarks>
internal sealed record Authority(string? Owner, Lease? Lease)
{
    /// <summary>A person who knows what the node does not.</summary>
    public static Authority Operator { get; } = new(null, null);

    /// <summary>The locks of a work that decides: not committed once another server has the lease.</summary>
    public Locks Over(Locks locks) => Lease is null ? locks : locks.Under(Lease);

    /// <summary>Whether a payment is this one's to decide, as its row is now.</summary>
    public bool Owns(StoredPayment payment) => Owner is null || payment.Owner == Owner;
}
