using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Mints: paid quotes for signatures. Decided under the quotes' locks; the constraint on what was issued is the last word.
/// </summary>
/// <remarks>docs/specs/cashu.md 5 and 7.3.</remarks>
internal sealed class Issuance(
    IDatabase database, Keyring keyring, Replays replays, CurveWork curve, IOptions<CashuOptions> options, TimeProvider clock)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary>Mints one quote, or answers as when it was minted by the same request.</summary>
    /// <param name="key">The request.</param>
    /// <param name="request">What it says.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>The signatures, in the order of the outputs; or the first check's error.</returns>
    public Task<Result<IReadOnlyList<BlindSignature>>> MintAsync(RequestKey key, MintRequest request, CancellationToken cancellation) =>
        IssueAsync(
            new Order(key, [request.Quote], request.Outputs, [request.Signature], IsBatch: false, (quotes, outputs, now) =>
            {
                if (!MintQuotes.Issue(quotes[0], outputs.Total, outputs.Unit!, now).TryGet(out var issued, out var error)) return error;
                return Result.Ok<IReadOnlyList<MintQuote>>([issued]);
            }),
            cancellation);

    /// <summary>Mints several quotes, all or none.</summary>
    /// <inheritdoc cref="MintAsync"/>
    public Task<Result<IReadOnlyList<BlindSignature>>> MintBatchAsync(
        RequestKey key, BatchMintRequest request, CancellationToken cancellation) =>
        IssueAsync(
            new Order(key, request.Quotes, request.Outputs, request.Signatures, IsBatch: true, (quotes, outputs, now) =>
                MintQuotes.IssueBatch(quotes, request.QuoteAmounts, outputs.Total, outputs.Unit!, now)),
            cancellation);

    private async Task<Result<IReadOnlyList<BlindSignature>>> IssueAsync(Order order, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var (checkedOutputs, view) = await keyring.CheckAsync(
            keysets => RequestRules.CheckMint(order.Outputs, keysets.Keysets, _limits, now), cancellation);
        // What was carried out is answered, even if it would be refused by now.
        if (!checkedOutputs.TryGet(out var outputs, out var error))
            return await replays.FindAsync(order.Key, cancellation) is { } earlier ? Result.Ok(earlier) : error;
        var (before, quotes) = await database.ReadAsync(async reads =>
            (await Replays.ReadAsync(reads, order.Key), await MintQuoteTable.ReadAsync(reads, order.Quotes)), cancellation);
        if (before is not null) return Result.Ok(await replays.SignaturesAsync(before, cancellation));
        if (quotes.Count < order.Quotes.Count) return CashuErrors.QuoteUnknown;
        for (var i = 0; i < quotes.Count; i++)
        {
            if (MintQuotes.CheckSignature(quotes[i], order.Outputs, order.Signatures?[i]) is { } unsigned) return unsigned;
        }

        // Looked at once without the lock, so that what cannot be minted costs no signatures.
        if (order.Decide(quotes, outputs, now).Error is { } refused) return await ReplayOrAsync(order.Key, refused, cancellation);
        var signatures = curve.Sign(outputs);
        return await CommitAsync(order, outputs, SignedOutputs.Promises(outputs, signatures, view), signatures, cancellation);
    }

    private async Task<Result<IReadOnlyList<BlindSignature>>> CommitAsync(
        Order order, CheckedOutputs outputs, StoredPromise[] promises, BlindSignature[] signatures, CancellationToken cancellation)
    {
        for (var run = 1; ; run++)
        {
            var id = new OperationId(Guid.CreateVersion7(clock.GetUtcNow()));
            var result = await database.CommitAsync<IReadOnlyList<BlindSignature>>(
                MintQuoteTable.Lock([.. order.Quotes]), async work =>
            {
                var now = clock.GetUtcNow().ToUnixTimeSeconds();
                var quotes = await MintQuoteTable.ReadAsync(work, order.Quotes);
                if (quotes.Count < order.Quotes.Count) return CashuErrors.QuoteUnknown;
                if (!order.Decide(quotes, outputs, now).TryGet(out var issued, out var refused)) return refused;
                Write(work, order, id, quotes, issued, promises, now);
                return Result.Ok<IReadOnlyList<BlindSignature>>(signatures);
            }, cancellation);
            if (result.Error is not { } error) return result;
            if (!Replays.IsConflict(error)) return await ReplayOrAsync(order.Key, error, cancellation);
            var blinded = Array.ConvertAll(promises, static p => p.Blinded);
            if (await replays.ExplainAsync(order.Key, [], blinded, cancellation) is { } answer) return answer;
            // A melt's blank outputs were in the way, and the melt failed meanwhile.
            if (run == Replays.MaxRuns) return CashuErrors.OutputsPending;
        }
    }

    private static void Write(Work work, Order order, OperationId id, IReadOnlyList<MintQuote> before,
        IReadOnlyList<MintQuote> after, StoredPromise[] promises, long now)
    {
        PromiseTable.Write(work, id, promises, now, Replays.OutputKnown);
        for (var i = 0; i < after.Count; i++)
            MintQuoteTable.Issue(work, after[i], after[i].AmountIssued - before[i].AmountIssued, id);
        OperationTable.WriteMint(work, id, order.IsBatch, order.Key, after[0].Unit, now, Replays.Repeated);
        foreach (var quote in after) MintQuoteChanged.Append(work, quote);
    }

    // The same request may have been carried out after its key was looked up: then the quote is issued, and to this request.
    private async Task<Result<IReadOnlyList<BlindSignature>>> ReplayOrAsync(
        RequestKey key, ProtocolError refused, CancellationToken cancellation)
    {
        if (refused != CashuErrors.QuoteIssued) return refused;
        return await replays.FindAsync(key, cancellation) is { } before ? Result.Ok(before) : refused;
    }

    /// <summary>What is to be minted, one quote or several.</summary>
    private sealed record Order(
        RequestKey Key, IReadOnlyList<QuoteId> Quotes, IReadOnlyList<BlindedMessage> Outputs, IReadOnlyList<string?>? Signatures,
        bool IsBatch, Func<IReadOnlyList<MintQuote>, CheckedOutputs, long, Result<IReadOnlyList<MintQuote>>> Decide);
}
