using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>A signed output.</summary>
/// <param name="Amount">In the keyset's unit.</param>
/// <param name="Id">The keyset.</param>
/// <param name="Signature">C_ = k·B_.</param>
/// <param name="Dleq">That it was signed with the keyset's key for the amount.</param>
/// <remarks>docs/specs/cashu.md 4.1 and 5.</remarks>
public sealed record BlindSignature(ulong Amount, KeysetId Id, PublicKey Signature, Dleq Dleq);
