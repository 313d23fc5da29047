using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>An output that a key has a part in.</summary>
/// <param name="Output">Which.</param>
/// <param name="AssetId">Of which asset.</param>
/// <param name="Amount">How much.</param>
/// <param name="Position">Where it was made.</param>
internal sealed record OwnedOutput(OutputRef Output, TransactionId AssetId, long Amount, ChainPosition Position);
