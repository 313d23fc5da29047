namespace Turnpike.Cashu.Domain;

/// <summary>An output: a blinded secret that is to be signed.</summary>
/// <param name="Amount">In the keyset's unit; of no meaning in the blank outputs of a melt.</param>
/// <param name="Id">The keyset; the default where what was sent is no id.</param>
/// <param name="Blinded">B_, the blinded point, as it came.</param>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public sealed record BlindedMessage(ulong Amount, KeysetId Id, PointText Blinded);
