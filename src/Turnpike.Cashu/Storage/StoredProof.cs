using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>A row of <c>cashu_proof</c>: a proof that the mint has seen.</summary>
/// <param name="Y">Its point.</param>
/// <param name="KeysetNo">Its keyset.</param>
/// <param name="Amount">In the keyset's unit.</param>
/// <param name="State">PENDING or SPENT.</param>
/// <param name="Witness">As it was given; shown once it is SPENT.</param>
/// <param name="MeltQuote">The quote that holds it, or that it paid.</param>
internal readonly record struct StoredProof(
    PublicKey Y, int KeysetNo, ulong Amount, ProofState State, string? Witness = null, QuoteId? MeltQuote = null);
