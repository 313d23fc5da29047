namespace Turnpike.Planetmint.Backends;

/// <summary>A block of an upstream, with the transactions that count, in their order.</summary>
/// <param name="Height">The upstream's height.</param>
/// <param name="Hash">
/// What identifies the block, lower-case hex: CometBFT's block hash; Planetmint's <c>app_hash</c>; for BigchainDB, which gives
/// none, sha3-256 over the text of the transactions' ids.
/// </param>
/// <param name="Transactions">The exact bytes of each transaction's JSON value; slices of the answer they came in.</param>
internal sealed record UpstreamBlock(long Height, string Hash, IReadOnlyList<ReadOnlyMemory<byte>> Transactions)
{
    /// <summary>The <see cref="Hash"/> of the block before, where the upstream says it (CometBFT), otherwise null.</summary>
    public string? ParentHash { get; init; }
}
