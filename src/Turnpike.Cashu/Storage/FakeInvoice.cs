using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>An invoice of the simulated Lightning node, or of the one that it simulates elsewhere.</summary>
/// <remarks>docs/specs/cashu.md 9.2.</remarks>
internal sealed record FakeInvoice
{
    /// <summary>What its payment is known by.</summary>
    public required PaymentHash PaymentHash { get; init; }

    /// <summary>Of <see cref="PaymentHash"/>.</summary>
    public required Preimage Preimage { get; init; }

    /// <summary>The invoice as text.</summary>
    public required string Request { get; init; }

    /// <summary>Thousandths of a satoshi; null only for a foreign one whose payer chooses.</summary>
    public required long? AmountMsat { get; init; }

    /// <summary>True if it is the node's elsewhere: then it is there to be paid, and its preimage to be known.</summary>
    public required bool IsForeign { get; init; }

    /// <summary>From when on it cannot be paid: Unix time in milliseconds.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>When it pays itself, Unix time in milliseconds; null if only on demand, or settled or canceled.</summary>
    public long? PayAt { get; init; }

    /// <summary>The order in which invoices were paid, from 1; null until then.</summary>
    public long? SettleIndex { get; init; }

    /// <summary>True if it can no longer be paid because we said so.</summary>
    public bool IsCanceled { get; init; }
}
