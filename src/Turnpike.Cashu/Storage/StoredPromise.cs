using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>A row of <c>cashu_promise</c>: an output that was signed, or a blank one that waits for a melt's change.</summary>
/// <param name="Blinded">B_.</param>
/// <param name="KeysetNo">Its keyset.</param>
/// <param name="Signature">Null for a blank one.</param>
internal readonly record struct StoredPromise(PublicKey Blinded, int KeysetNo, PromiseSignature? Signature);

/// <summary>The signed part of a promise.</summary>
/// <param name="Amount">In the keyset's unit.</param>
/// <param name="Point">C_.</param>
/// <param name="Dleq">Its proof.</param>
internal readonly record struct PromiseSignature(ulong Amount, PublicKey Point, Dleq Dleq);
