using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Backends;

/// <summary>What became of a payment of ours, as its node says.</summary>
/// <remarks>docs/specs/cashu.md 9.1; what follows from it is in 7.5.</remarks>
internal abstract record PaymentStatus
{
    /// <summary>
    /// The index of an answer to this very call that tells no number (CLN: paid, or no route and so no record): it is above every note.
    /// </summary>
    public const long OfThisCall = long.MaxValue;

    private PaymentStatus() { }

    /// <summary>It arrived.</summary>
    /// <param name="Preimage">The proof.</param>
    /// <param name="FeeMsat">What was paid beyond the amount, in thousandths of a satoshi.</param>
    /// <param name="Index">The node's number of this payment; later ones have higher numbers. Or <see cref="OfThisCall"/>.</param>
    public sealed record Paid(Preimage Preimage, long FeeMsat, long Index) : PaymentStatus;

    /// <summary>The node says that it failed, for good.</summary>
    /// <param name="Reason">The node's word for it.</param>
    /// <param name="Index">The node's number of this payment, or <see cref="OfThisCall"/>.</param>
    public sealed record Failed(string Reason, long Index) : PaymentStatus;

    /// <summary>It is on its way.</summary>
    /// <param name="Index">The node's number of this payment.</param>
    public sealed record InFlight(long Index) : PaymentStatus;

    /// <summary>The node knows of no such payment.</summary>
    public sealed record NotFound : PaymentStatus;

    /// <summary>The node did not say: it may have been paid, or be paid yet.</summary>
    /// <param name="Reason">Why, for the log.</param>
    public sealed record Unknown(string Reason) : PaymentStatus;
}
