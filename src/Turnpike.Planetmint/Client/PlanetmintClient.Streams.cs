using System.Runtime.CompilerServices;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

public sealed partial class PlanetmintClient
{
    private const string IncludeTransaction = "include=transaction";

    /// <summary>Each committed transaction once, in the chain's order, for as long as the caller reads; across lost connections.</summary>
    /// <param name="filter">Which; <see cref="StreamFilter.None"/> for all.</param>
    /// <param name="after">Where to begin.</param>
    /// <param name="cancellation">Ends the stream with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PlanetmintClientException">The node refuses (an unknown <c>after</c>), or sends what is no event.</exception>
    /// <remarks>planetmint.md 2 and 8.</remarks>
    public IAsyncEnumerable<TransactionEvent> Transactions(StreamFilter filter, StreamPosition after, CancellationToken cancellation) =>
        TransactionsAsync(filter, after, "", cancellation);

    /// <summary>As <see cref="Transactions"/>, each event with its whole transaction.</summary>
    public IAsyncEnumerable<TransactionEvent> TransactionsWithBodies(
        StreamFilter filter, StreamPosition after, CancellationToken cancellation) =>
        TransactionsAsync(filter, after, IncludeTransaction, cancellation);

    /// <summary>Each committed block once, in order, for as long as the caller reads; across lost connections.</summary>
    /// <param name="filter">Keeps only the matching transactions of a block, and only blocks that have some.</param>
    /// <param name="fromHeight">The first height wanted; null: from now on.</param>
    /// <param name="cancellation">Ends the stream with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="PlanetmintClientException">The node refuses, or sends what is no block.</exception>
    public async IAsyncEnumerable<BlockEvent> Blocks(
        StreamFilter filter, long? fromHeight, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var cursor = new BlockCursor(fromHeight ?? await NextHeightAsync(cancellation));
        await foreach (var block in Stream("valid_blocks", filter, "").ReadAsync(cursor, cancellation)) yield return block;
    }

    private async IAsyncEnumerable<TransactionEvent> TransactionsAsync(
        StreamFilter filter, StreamPosition after, string include, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // "Now" is made a height before the first handshake: were it left open, what is committed while
        // a connection breaks before its first event would be lost.
        if (after is StreamPosition.Live && await NextHeightAsync(cancellation) is { } height) after = StreamPosition.FromHeight(height);
        var cursor = new TransactionCursor(after);
        await foreach (var e in Stream("valid_transactions", filter, include).ReadAsync(cursor, cancellation)) yield return e;
    }

    /// <summary>The height after the head; null from a node that does not tell its head.</summary>
    private async Task<long?> NextHeightAsync(CancellationToken cancellation) =>
        await _http.GetAsync("blocks/latest", NodeJson.Default.BlockRow, cancellation) is { } head ? head.Height + 1 : null;

    private ResumingStream Stream(string name, StreamFilter filter, string include) =>
        new(new Uri(_streams, $"api/v1/streams/{name}"), filter, include, _options, _http.AskWhyAsync);
}
