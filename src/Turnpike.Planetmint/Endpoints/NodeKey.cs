using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>The key by which this node is its chain's only validator.</summary>
/// <param name="PublicKey">ed25519, derived from the installation's seed.</param>
internal sealed record NodeKey(OwnerKey PublicKey);
