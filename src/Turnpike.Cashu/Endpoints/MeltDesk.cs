using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>A melt quote with all that was done about it.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="Payments">Its attempts, in their order.</param>
internal sealed record MeltFile(MeltQuote Quote, IReadOnlyList<StoredPayment> Payments);

/// <summary>What an operator does about melts: looks, has the node asked again, decides what the node no longer knows.</summary>
/// <remarks>docs/specs/cashu.md 7.5 and 13.</remarks>
internal sealed class MeltDesk(IDatabase database, MeltOutcomes outcomes, Payer payer)
{
    private const int MaxListed = 1000;

    /// <summary>A melt quote and its payments.</summary>
    /// <returns>What there is; or 20000.</returns>
    public async Task<Result<MeltFile>> ReadAsync(QuoteId quote, CancellationToken cancellation)
    {
        var (row, payments) = await database.ReadAsync(
            async reads => (await MeltQuoteTable.ReadAsync(reads, quote), await PaymentTable.ReadAsync(reads, quote)), cancellation);
        return row is null ? CashuErrors.QuoteUnknown : new MeltFile(row.Quote, payments);
    }

    /// <summary>Payments that are not decided, the oldest first; at most 1000.</summary>
    public Task<IReadOnlyList<StoredPayment>> ReadOpenAsync(CancellationToken cancellation) =>
        database.ReadAsync(reads => PaymentTable.ReadOpenAsync(reads, MaxListed), cancellation);

    /// <summary>
    /// Has the node asked about a melt now. One that the node has shown and forgotten is sent again: only if it was certainly not paid,
    /// or the node refuses a payment hash that it has paid.
    /// </summary>
    /// <returns>False if nothing of the melt is open; or 20000.</returns>
    public Task<Result<bool>> RetryAsync(QuoteId quote, CancellationToken cancellation) => OnOpenAsync(quote, async key =>
    {
        await database.CommitAsync<bool>(MeltQuoteTable.Lock(quote), async work =>
        {
            if (await PaymentTable.ReadAsync(work, key) is not { Outcome: PaymentOutcome.Open, IsShown: true }) return false;
            PaymentTable.WriteShown(work, key, false);
            return true;
        }, cancellation);
        // Its owner, if that is another server, looks within a minute.
        payer.Nudge(key);
        return true;
    }, cancellation);

    /// <summary>The operator knows that it was paid.</summary>
    /// <param name="quote">The melt quote.</param>
    /// <param name="preimage">The proof.</param>
    /// <param name="feeMsat">What Lightning took, msat.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>False if nothing of the melt is open; or 20000.</returns>
    public Task<Result<bool>> ResolvePaidAsync(QuoteId quote, Scalar preimage, long feeMsat, CancellationToken cancellation) => OnOpenAsync(
        quote, key => outcomes.PaidAsync(Authority.Operator, key, new MeltPayment(preimage, feeMsat), cancellation), cancellation);

    /// <summary>The operator knows that it was not paid and never will be.</summary>
    /// <inheritdoc cref="ResolvePaidAsync"/>
    public Task<Result<bool>> ResolveFailedAsync(QuoteId quote, CancellationToken cancellation) => OnOpenAsync(
        quote, key => outcomes.FailedAsync(Authority.Operator, key, CashuErrors.LightningFailed, cancellation), cancellation);

    private async Task<Result<bool>> OnOpenAsync(QuoteId quote, Func<PaymentKey, Task<bool>> act, CancellationToken cancellation)
    {
        if (!(await ReadAsync(quote, cancellation)).TryGet(out var file, out var error)) return error;
        return file.Payments is [.., { Outcome: PaymentOutcome.Open } open] && await act(open.Key);
    }
}
