using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>The outputs of a request that passed all checks that need no store; none for a melt without blanks.</summary>
/// <remarks>docs/specs/cashu.md 5; made by <see cref="RequestRules"/>.</remarks>
public sealed class CheckedOutputs
{
    internal CheckedOutputs(IReadOnlyList<BlindedMessage> messages, IReadOnlyList<MintKeyset> keysets, CurvePoint[] points, ulong total) =>
        (Messages, Keysets, Points, Total) = (messages, keysets, points, total);

    /// <summary>The messages, in request order.</summary>
    public IReadOnlyList<BlindedMessage> Messages { get; }

    /// <summary>The keyset of each.</summary>
    public IReadOnlyList<MintKeyset> Keysets { get; }

    /// <summary>B_ of each.</summary>
    public IReadOnlyList<CurvePoint> Points { get; }

    /// <summary>The one unit of all; null if there are none.</summary>
    public string? Unit => Keysets.Count == 0 ? null : Keysets[0].Unit;

    /// <summary>Σ of their amounts; 0 for blank ones.</summary>
    public ulong Total { get; }
}
