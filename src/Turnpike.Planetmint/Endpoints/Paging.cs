using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>What a list covers: behind a place that the client knows, up to the head at the time of the request.</summary>
/// <param name="After">Begins behind this place.</param>
/// <param name="UpTo">Ends with this place.</param>
internal readonly record struct Paging(ChainPosition After, ChainPosition UpTo)
{
    /// <summary>Fixes the range of a list.</summary>
    /// <param name="database">The store.</param>
    /// <param name="after">The last transaction that the client has; null to begin at the start.</param>
    /// <param name="cancellation">The client has left.</param>
    /// <returns>Null if there is no such transaction.</returns>
    public static Task<Paging?> StartAsync(IDatabase database, TransactionId? after, CancellationToken cancellation) =>
        database.ReadAsync<Paging?>(async snapshot =>
        {
            var head = await BlockTable.ReadHeadAsync(snapshot);
            var start = after is { } id ? await TransactionTable.ReadPositionAsync(snapshot, id) : ChainPosition.Start;
            return start is { } known ? new Paging(known, ChainPosition.EndOf(head.Height)) : null;
        }, cancellation);
}
