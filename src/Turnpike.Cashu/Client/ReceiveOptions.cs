using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Client;

/// <summary>What opens a token.</summary>
public sealed record ReceiveOptions
{
    /// <summary>Secret keys of the receiver, for locked tokens.</summary>
    public IReadOnlyList<Scalar> Keys { get; init; } = [];

    /// <summary>The preimage, for tokens locked to its hash.</summary>
    public Scalar? Preimage { get; init; }

    /// <summary>Whether a token must show that the mint signed it before the mint is asked (NUT-12). Default false.</summary>
    public bool RequireEvidence { get; init; }
}

/// <summary>How a token is made.</summary>
public sealed record SendOptions
{
    /// <summary>A text for the receiver.</summary>
    public string? Memo { get; init; }

    /// <summary>Who alone may spend it; null for whoever has it.</summary>
    public SpendingLock? Lock { get; init; }

    /// <summary>
    /// Whether the token holds the fee of receiving it on top, so that the receiver is left with the amount. Default true.
    /// </summary>
    public bool IncludesFee { get; init; } = true;
}
