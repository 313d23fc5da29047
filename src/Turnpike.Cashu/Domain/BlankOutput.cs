using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>An output of a melt that waits for its share of the change.</summary>
/// <param name="Keyset">Its keyset, which may have become inactive or expired by now.</param>
/// <param name="Point">B_.</param>
public sealed record BlankOutput(MintKeyset Keyset, CurvePoint Point);
