using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>A committed transaction as clients get it.</summary>
/// <param name="Position">Its place in the chain.</param>
/// <param name="Body">Canonical JSON with the id.</param>
internal readonly record struct StoredBody(ChainPosition Position, byte[] Body);
