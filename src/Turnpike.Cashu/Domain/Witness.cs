namespace Turnpike.Cashu.Domain;

/// <summary>What shows that a spending condition is met.</summary>
/// <param name="Text">As it was received, or the compact JSON of an object; stored and shown with the spent proof.</param>
/// <param name="Signatures">Schnorr signatures in hex, unchecked; none if the text was not understood.</param>
/// <param name="Preimage">The preimage of an HTLC in hex, unchecked.</param>
/// <remarks>docs/specs/cashu.md 6.</remarks>
public sealed record Witness(string Text, IReadOnlyList<string> Signatures, string? Preimage)
{
    /// <summary>Says nothing of the text.</summary>
    public override string ToString() => nameof(Witness);
}
