using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>What follows from what the node says of a payment that may have been sent.</summary>
/// <remarks>docs/specs/cashu.md 7.5, the table of outcomes. Pure.</remarks>
internal abstract record PaymentVerdict
{
    private PaymentVerdict() { }

    /// <summary>T2 paid.</summary>
    public sealed record Paid(MeltPayment Payment) : PaymentVerdict;

    /// <summary>T2 failed.</summary>
    public sealed record Failed(string Reason) : PaymentVerdict;

    /// <summary>Nothing is known; asked again later.</summary>
    /// <param name="IsShown">Whether the node has shown the payment.</param>
    /// <param name="Reason">For the log; null for a payment that is simply on its way.</param>
    public sealed record Wait(bool IsShown, string? Reason) : PaymentVerdict;

    /// <summary>The node knows nothing of it: the same payment is sent again.</summary>
    public sealed record Send : PaymentVerdict;

    /// <summary>The node has shown the payment and knows nothing of it now: its records were deleted. An operator decides.</summary>
    public sealed record Forgotten : PaymentVerdict;

    /// <summary>Judges an answer of the noted node.</summary>
    /// <param name="status">The answer.</param>
    /// <param name="note">What the node had before the first send.</param>
    /// <param name="isShown">Whether it has shown the payment since.</param>
    /// <param name="isOver">Whether expiry and grace are over: a payment that is unknown now can never be made.</param>
    /// <param name="maySend">False for so long after a send as the node might not know of it yet.</param>
    public static PaymentVerdict Of(PaymentStatus status, PaymentNote note, bool isShown, bool isOver, bool maySend) => status switch
    {
        PaymentStatus.Paid paid when paid.Index > note.Index =>
            new Paid(new MeltPayment(new Scalar(paid.Preimage.Span), paid.FeeMsat)),
        PaymentStatus.Failed failed when failed.Index > note.Index => new Failed(failed.Reason),
        PaymentStatus.InFlight inFlight => new Wait(isShown || inFlight.Index > note.Index, null),
        PaymentStatus.Unknown unknown => new Wait(isShown, unknown.Reason),
        // Not below the note: what was paid then would have ended the attempt before it began.
        PaymentStatus.Paid paid => new Wait(isShown, $"paid at index {paid.Index}, which is not above {note.Index}"),
        _ when isShown => new Forgotten(),
        _ when isOver => new Failed("the node knows nothing of it, and the invoice has expired"),
        _ when maySend => new Send(),
        _ => new Wait(isShown, null),
    };
}
