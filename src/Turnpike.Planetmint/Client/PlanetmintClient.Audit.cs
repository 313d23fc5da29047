using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Client;

public sealed partial class PlanetmintClient
{
    /// <summary>Replays the node's chain up to its present head and decides every transaction again.</summary>
    /// <exception cref="HttpRequestException">The node is not there, or failed.</exception>
    /// <remarks>See <see cref="StreamAudit"/>. Blocks come from one stream, transactions from the other; the two are compared.</remarks>
    public async Task<AuditReport> AuditAsync(CancellationToken cancellation)
    {
        var audit = new StreamAudit();
        var head = await GetLatestBlockAsync(cancellation) ?? throw new PlanetmintClientException("The node does not tell its head");
        if (head.Height == 0) return audit.Report();

        await using var transactions = TransactionsWithBodies(StreamFilter.None, StreamPosition.Beginning, cancellation)
            .GetAsyncEnumerator(cancellation);
        await foreach (var block in Blocks(StreamFilter.None, 1, cancellation))
        {
            var candidates = new List<Candidate>(block.TransactionIds.Count);
            foreach (var id in block.TransactionIds)
            {
                await transactions.MoveNextAsync();     // never ends by itself
                if (Read(transactions.Current, id, block.Height, audit) is { } candidate) candidates.Add(candidate);
            }
            audit.Take(block.Height, block.Hash, candidates);
            if (block.Height >= head.Height) break;
        }
        return audit.Report();
    }

    private static Candidate? Read(TransactionEvent e, TransactionId expected, long height, StreamAudit audit)
    {
        if (e.TransactionId != expected || e.Height != height)
            audit.Fault($"block {height} lists {expected} where the other stream has {e.TransactionId} of height {e.Height}");
        if (TransactionJson.Read(e.Transaction).TryGet(out var candidate, out var error)) return candidate;
        audit.Fault($"block {height}, transaction {e.TransactionId}: {error.Message}");
        return null;
    }
}
