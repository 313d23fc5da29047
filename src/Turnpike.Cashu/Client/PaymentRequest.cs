namespace Turnpike.Cashu.Client;

/// <summary>What a payee asks a payer for, and where to send it.</summary>
/// <remarks>NUT-18. <see cref="PaymentRequests"/> writes and reads it.</remarks>
public sealed record PaymentRequest
{
    /// <summary>The payee's own name for the payment, or null.</summary>
    public string? Id { get; init; }

    /// <summary>How much, or null for as much as the payer likes.</summary>
    public ulong? Amount { get; init; }

    /// <summary>The unit; given where there is an amount.</summary>
    public string? Unit { get; init; }

    /// <summary>Whether it is to be paid once only; null where it does not say.</summary>
    public bool? IsSingleUse { get; init; }

    /// <summary>The mints whose ecash is taken; none for any.</summary>
    public IReadOnlyList<string> Mints { get; init; } = [];

    /// <summary>A text for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Ways to send the ecash, the best first; none for in person.</summary>
    public IReadOnlyList<PaymentTransport> Transports { get; init; } = [];

    /// <summary>The lock that the ecash must have, or null.</summary>
    public PaymentLock? Lock { get; init; }
}

/// <summary>A way to send ecash.</summary>
/// <param name="Type"><c>post</c>, <c>nostr</c>, …</param>
/// <param name="Target">The address.</param>
/// <param name="Tags">What else it takes.</param>
public sealed record PaymentTransport(string Type, string Target, IReadOnlyList<IReadOnlyList<string>> Tags);

/// <summary>A spending condition that is asked for.</summary>
/// <param name="Kind"><c>P2PK</c>, <c>HTLC</c>.</param>
/// <param name="Data">The key or the hash.</param>
/// <param name="Tags">The tags.</param>
public sealed record PaymentLock(string Kind, string Data, IReadOnlyList<IReadOnlyList<string>> Tags);
