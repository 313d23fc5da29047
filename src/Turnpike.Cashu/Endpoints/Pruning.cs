using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>What was deleted.</summary>
/// <param name="MintQuotes">Quotes that were never paid.</param>
/// <param name="MeltQuotes">Quotes that were never melted.</param>
/// <param name="Proofs">Spent proofs of keysets that are over.</param>
internal sealed record Pruned(int MintQuotes, int MeltQuotes, int Proofs);

/// <summary>
/// Deletes what nothing can need any more, in small commits under a lease. What might still be paid for stays, and so does every proof
/// that its keyset's final expiry does not keep from being spent twice.
/// </summary>
/// <remarks>docs/specs/cashu.md 8.</remarks>
internal sealed class Pruning(
    IDatabase database, IncomingPayments incoming, InvoiceAsks asks, NodeIdentity node, IOptions<CashuOptions> options, TimeProvider clock,
    CashuMetrics metrics, ILogger<Pruning> logger)
{
    private const int QuotesAtOnce = 50;
    private const int ProofsAtOnce = 500;

    private readonly PruneOptions _options = options.Value.Prune;

    // Looked through already: only a melt that was open then can have left something, and that is found after the next start.
    private int _lookedThrough;

    /// <summary>Deletes all that there is to delete.</summary>
    /// <param name="lease">That of the stream of payments.</param>
    /// <param name="cancellation">Ends it after the commit under way.</param>
    /// <exception cref="StorageException">The store failed, or another server has the lease; what was deleted is.</exception>
    public async Task<Pruned> PruneAsync(Lease lease, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var quotesBefore = (now - TimeSpan.FromHours(_options.QuoteHours)).ToUnixTimeSeconds();
        var keysetsBefore = (now - TimeSpan.FromDays(_options.ProofDays)).ToUnixTimeSeconds();
        var pruned = new Pruned(
            await PruneMintQuotesAsync(quotesBefore, lease, cancellation), await PruneMeltQuotesAsync(quotesBefore, lease, cancellation),
            await PruneProofsAsync(keysetsBefore, lease, cancellation));
        if (pruned is not (0, 0, 0)) logger.Pruned(pruned.MintQuotes, pruned.MeltQuotes, pruned.Proofs);
        return pruned;
    }

    /// <summary>Quotes that were never paid, as the node says that made the invoice. It is asked, so what was paid is credited.</summary>
    private async Task<int> PruneMintQuotesAsync(long expiryBefore, Lease lease, CancellationToken cancellation)
    {
        var (count, expiry, after) = (0, expiryBefore, default(QuoteId));
        while (true)
        {
            var (before, id) = (expiry, after);
            var page = await database.ReadAsync(reads => MintQuoteTable.ReadUnpaidAsync(reads, before, id, QuotesAtOnce), cancellation);
            var dead = await FindDeadAsync(page, cancellation);
            if (dead.Count > 0 && incoming.IsUpToDate) count += await ForgetAsync(dead, lease, cancellation);
            if (page.Count < QuotesAtOnce) return count;
            (expiry, after) = (page[^1].Expiry ?? 0, page[^1].Id);
        }
    }

    /// <summary>Those of the quotes whose invoices can never be paid, and were not.</summary>
    private async Task<IReadOnlyList<QuoteId>> FindDeadAsync(IReadOnlyList<MintQuote> quotes, CancellationToken cancellation)
    {
        var dead = new List<QuoteId>();
        if (quotes.Count == 0 || !incoming.IsUpToDate) return dead;
        // A node that is ours no more cannot be asked; answers count if the same one stood there all the while.
        var ours = await node.AskAsync(cancellation);
        foreach (var quote in quotes.Where(q => q.Node == ours))
        {
            if (await asks.AskNowAsync(quote, cancellation) is InvoiceStatus.Expired or InvoiceStatus.NotFound) dead.Add(quote.Id);
        }

        return await node.AskAsync(cancellation) == ours ? dead : [];
    }

    private async Task<int> ForgetAsync(IReadOnlyList<QuoteId> quotes, Lease lease, CancellationToken cancellation)
    {
        var count = Done(await database.CommitAsync<int>(MintQuoteTable.Lock([.. quotes]).Under(lease), async work =>
        {
            var unused = await MintQuoteTable.ReadUnusedAsync(work, quotes);
            foreach (var id in unused) MintQuoteTable.Delete(work, id);
            return unused.Count;
        }, cancellation));
        metrics.Pruned("mint_quote", count);
        return count;
    }

    private async Task<int> PruneMeltQuotesAsync(long expiryBefore, Lease lease, CancellationToken cancellation)
    {
        for (var count = 0; ;)
        {
            var page = await database.ReadAsync(reads => MeltQuoteTable.ReadUnusedAsync(reads, expiryBefore, QuotesAtOnce), cancellation);
            if (page.Count == 0) return count;
            var deleted = Done(await database.CommitAsync<int>(MeltQuoteTable.Lock(page).Under(lease), async work =>
            {
                var unused = await MeltQuoteTable.ReadUnusedAsync(work, page);
                foreach (var id in unused) MeltQuoteTable.Delete(work, id);
                return unused.Count;
            }, cancellation));
            metrics.Pruned("melt_quote", deleted);
            count += deleted;
            if (page.Count < QuotesAtOnce || deleted == 0) return count;
        }
    }

    private async Task<int> PruneProofsAsync(long expiredBefore, Lease lease, CancellationToken cancellation)
    {
        var keysets = await database.ReadAsync(KeysetTable.ReadAsync, cancellation);
        var over = keysets.Where(k => k.FinalExpiry is > 0 and var expiry && expiry < expiredBefore).Select(k => k.No).ToHashSet();
        if (over.Count <= _lookedThrough) return 0;
        PublicKey? last = null;
        for (var count = 0; ;)
        {
            var after = last;
            var page = await database.ReadAsync(
                reads => ProofTable.ReadExpiredAsync(reads, expiredBefore, after, ProofsAtOnce), cancellation);
            if (page.Count > 0) count += await ForgetAsync(page, over, lease, cancellation);
            if (page.Count == ProofsAtOnce) last = page[^1];
            else
            {
                _lookedThrough = over.Count;
                return count;
            }
        }
    }

    /// <summary>
    /// Deletes spent proofs; what they were worth stays in the books. From the first of them on their keyset is over for good.
    /// </summary>
    private async Task<int> ForgetAsync(IReadOnlyList<PublicKey> ys, HashSet<int> over, Lease lease, CancellationToken cancellation)
    {
        var count = Done(await database.CommitAsync<int>(KeysetTable.Lock.Under(lease), async work =>
        {
            var keysets = await KeysetTable.ReadAsync(work);
            var proofs = await ProofTable.ReadAsync(work, ys);
            var deleted = 0;
            foreach (var spent in proofs.Where(p => p.State == ProofState.Spent && over.Contains(p.KeysetNo)).GroupBy(p => p.KeysetNo))
            {
                var keyset = keysets.Single(k => k.No == spent.Key);
                var worth = spent.Aggregate(Int128.Zero, (sum, p) => sum + p.Amount);
                // The column has 63 bits: what it cannot hold is kept as it is.
                if (keyset.RedeemedPruned + worth > long.MaxValue) continue;
                KeysetTable.AddPruned(work, keyset.No, (long)worth);
                foreach (var proof in spent) ProofTable.Delete(work, proof.Y);
                if (!keyset.IsForgotten) KeysetsChanged.Append(work, keysets.Where(k => k.IsActive).Select(k => k.Id));
                deleted += spent.Count();
            }

            return deleted;
        }, cancellation));
        metrics.Pruned("proof", count);
        return count;
    }

    private static int Done(Result<int> result) =>
        result.TryGet(out var count, out var error) ? count : throw new InvalidOperationException(error.Message);
}
