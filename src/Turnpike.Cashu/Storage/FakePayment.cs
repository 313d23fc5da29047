using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>How far a payment of the simulated Lightning node has come.</summary>
internal enum FakePaymentState
{
    /// <summary>On its way until <see cref="FakePayment.SettleAt"/>.</summary>
    InFlight = 1,

    /// <summary>Arrived.</summary>
    Paid = 2,

    /// <summary>Failed; it may be tried again, which gives it a new index.</summary>
    Failed = 3,
}

/// <summary>A payment of the simulated Lightning node.</summary>
/// <remarks>docs/specs/cashu.md 9.2.</remarks>
internal sealed record FakePayment
{
    /// <summary>Of the invoice.</summary>
    public required PaymentHash PaymentHash { get; init; }

    /// <summary>The order in which payments were begun, from 1.</summary>
    public required long Index { get; init; }

    /// <summary>How often it was settled: 0 or 1.</summary>
    public required long Pays { get; init; }

    /// <summary>How far it is.</summary>
    public required FakePaymentState State { get; init; }

    /// <summary>What the payee gives for it: the real one if the invoice is ours or of the node elsewhere, else made up.</summary>
    public required Preimage Preimage { get; init; }

    /// <summary>What it costs beyond the amount, in thousandths of a satoshi.</summary>
    public required long FeeMsat { get; init; }

    /// <summary>When its fate is known: Unix time in milliseconds.</summary>
    public required long SettleAt { get; init; }

    /// <summary>Why it will fail, or has; null if it will arrive, or has.</summary>
    public required string? Fails { get; init; }

    /// <summary>True if nobody is told of it while it is on its way.</summary>
    public required bool IsHidden { get; init; }
}
