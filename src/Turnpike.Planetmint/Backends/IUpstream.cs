using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Backends;

/// <summary>
/// A real chain whose blocks this node serves again. Reads fail with <see cref="UpstreamException"/>, whose message is a
/// sentence for the operator; a post never fails, it has an answer for whoever posted.
/// </summary>
/// <remarks>planetmint.md, section 6.</remarks>
internal interface IUpstream
{
    /// <summary>Reads a block with the transactions that count.</summary>
    /// <returns>Null if the upstream does not have the height yet.</returns>
    Task<UpstreamBlock?> ReadBlockAsync(long height, CancellationToken cancellation);

    /// <summary>Reads only what identifies a block: <see cref="UpstreamBlock.Hash"/>.</summary>
    /// <returns>Null if the upstream does not have the height.</returns>
    Task<string?> ReadHashAsync(long height, CancellationToken cancellation);

    /// <summary>Reads the newest height.</summary>
    /// <returns>Null if this upstream has no way to ask (BigchainDB).</returns>
    Task<long?> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>
    /// Listens on the upstream's socket and calls <paramref name="onWord"/> once when it is open and then for each message.
    /// A word is only a hint to look for new blocks: upstream sockets lose events by design.
    /// </summary>
    /// <returns>Completes when the socket was closed by the upstream.</returns>
    Task ListenAsync(Action onWord, CancellationToken cancellation);

    /// <summary>Hands a transaction on.</summary>
    /// <param name="body">The transaction as JSON, as it was posted to us.</param>
    /// <param name="mode">When the upstream is to answer.</param>
    /// <param name="cancellation">Only stops the waiting: the upstream may have taken the transaction.</param>
    /// <returns>What to pass back; 502 if the upstream cannot be reached, 504 if it did not answer in time.</returns>
    Task<UpstreamAnswer> PostAsync(ReadOnlyMemory<byte> body, PostMode mode, CancellationToken cancellation);
}
