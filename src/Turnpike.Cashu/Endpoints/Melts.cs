using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Melts: takes the inputs and writes down what is to be paid, in one transaction; then whoever asked waits for what the payer finds out,
/// on this server or another.
/// </summary>
/// <remarks>docs/specs/cashu.md 5, 7.1 and 7.5 (T1).</remarks>
internal sealed class Melts(
    IDatabase database, Keyring keyring, MeltWaits waits, Payer payer, NodeIdentity node, IOptions<CashuOptions> options,
    TimeProvider clock, CurveWork curve)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary>Melts, or follows the melt that the same request began before.</summary>
    /// <param name="key">The request.</param>
    /// <param name="request">What it says.</param>
    /// <param name="cancellation">Ends the waiting; what was begun goes on.</param>
    /// <returns>The quote, PAID or PENDING; or the first check's error, 20004, 20006.</returns>
    public async Task<Result<MeltQuoteView>> MeltAsync(RequestKey key, MeltRequest request, CancellationToken cancellation)
    {
        if (await FindAsync(key, request.Quote, cancellation) is { } before)
            return await FollowAsync(before, request.PreferAsync, cancellation);
        var begun = await BeginAsync(key, request, cancellation);
        if (begun.TryGet(out var payment, out var error)) return await FollowAsync(payment, request.PreferAsync, cancellation);
        // The same request may have begun after its key was looked up: what is in its way is itself.
        return await FindAsync(key, request.Quote, cancellation) is { } other
            ? await FollowAsync(other, request.PreferAsync, cancellation)
            : error;
    }

    /// <summary>The payment that a request began; null if it is new, or has failed.</summary>
    private Task<PaymentKey?> FindAsync(RequestKey key, QuoteId quote, CancellationToken cancellation) =>
        database.ReadAsync<PaymentKey?>(async reads =>
        {
            if (await OperationTable.ReadAsync(reads, key) is not { } operation) return null;
            if (await MeltQuoteTable.ReadAsync(reads, quote) is not { } row || row.Operation != operation.Id) return null;
            return new PaymentKey(quote, await PaymentTable.ReadLastAttemptAsync(reads, quote));
        }, cancellation);

    /// <summary>Waits for what becomes of a payment.</summary>
    private async Task<Result<MeltQuoteView>> FollowAsync(PaymentKey payment, bool preferAsync, CancellationToken cancellation)
    {
        using var wait = waits.Begin(payment.Quote, TimeSpan.FromSeconds(options.Value.PayTimeout));
        while (true)
        {
            // Both as of one moment: a payment that fails between two reads would leave a quote that says UNPAID, which is no answer.
            var (row, quotes) = await database.ReadAsync(async reads => (
                await PaymentTable.ReadAsync(reads, payment), await MeltQuoteView.ReadAsync(reads, [payment.Quote])), cancellation);
            if (row is { Outcome: PaymentOutcome.Failed })
                return row.Error == CashuErrors.InvoicePaid.Code ? CashuErrors.InvoicePaid : CashuErrors.LightningFailed;
            if (row is { Outcome: PaymentOutcome.Open } && !preferAsync && await wait.NextAsync(cancellation)) continue;
            return quotes is [var quote] ? quote : CashuErrors.QuoteUnknown;
        }
    }

    private async Task<Result<PaymentKey>> BeginAsync(RequestKey key, MeltRequest request, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var outputs = request.Outputs ?? [];
        var (checkedRequest, view) = await keyring.CheckAsync(
            keysets => RequestRules.CheckMelt(request.Inputs, outputs, keysets.Keysets, _limits, now), cancellation);
        if (!checkedRequest.TryGet(out var transfer, out var error)) return error;
        if (!options.Value.Melting || !payer.IsOpen) return CashuErrors.MeltingDisabled;
        var row = await database.ReadAsync(reads => MeltQuoteTable.ReadAsync(reads, request.Quote), cancellation);
        if (row is null) return CashuErrors.QuoteUnknown;
        // Looked at once without the lock, so that what cannot be melted costs no curve.
        if (!MeltQuotes.Start(row.Quote, transfer, now).TryGet(out _, out error)) return error;

        var points = curve.Ys(transfer.Inputs);
        var ys = Array.ConvertAll(points, static p => p.Compressed);
        if (await FindObstacleAsync(ys, [], cancellation) is { } taken) return taken;
        if (curve.Verify(transfer.Inputs, points) is { } forged) return forged;
        if (SpendingRules.Check(request.Inputs, outputs, request.Quote, now, _limits.Verifications) is { } unmet) return unmet;
        return await CommitAsync(new VerifiedMelt(key, request, transfer, ys, view), row.Quote, cancellation);
    }

    private async Task<Result<PaymentKey>> CommitAsync(VerifiedMelt melt, MeltQuote quote, CancellationToken cancellation)
    {
        if (!Bolt11.TryDecode(quote.Request, out var invoice, out var fault)) throw new InvalidOperationException(fault);
        LightningStatus.Reachable ours;
        try
        {
            ours = await node.GetAsync(cancellation);
        }
        catch (LightningException)
        {
            return CashuErrors.LightningFailed;
        }

        for (var run = 1; ; run++)
        {
            var id = new OperationId(Guid.CreateVersion7(clock.GetUtcNow()));
            var result = await database.CommitAsync(
                MeltQuoteTable.Lock(quote.Id), work => DecideAsync(work, melt, id, invoice, ours), cancellation);
            if (result.TryGet(out var begun, out var error))
            {
                payer.Nudge(begun);
                return begun;
            }

            if (!Replays.IsConflict(error) || error == Replays.Repeated) return error;
            if (await FindObstacleAsync(melt.Ys, melt.Blinded, cancellation) is { } obstacle) return obstacle;
            // Another melt held it, and failed meanwhile.
            if (run == Replays.MaxRuns) return error == Replays.OutputKnown ? CashuErrors.OutputsPending : CashuErrors.ProofsPending;
        }
    }

    private async ValueTask<Result<PaymentKey>> DecideAsync(
        Work work, VerifiedMelt melt, OperationId id, Bolt11Invoice invoice, LightningStatus.Reachable ours)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (await OperationTable.ReadAsync(work, melt.Key) is not null) return Replays.Repeated;
        if (await MeltQuoteTable.ReadAsync(work, melt.Request.Quote) is not { } row) return CashuErrors.QuoteUnknown;
        if (!MeltQuotes.Start(row.Quote, melt.Transfer, now).TryGet(out var started, out var error)) return error;
        var own = await MintQuoteTable.ReadByHashAsync(work, started.PaymentHash);
        if (!MeltBook.FindRoute(started, own, invoice, ours).TryGet(out var route, out error)) return error;
        var attempt = await PaymentTable.ReadLastAttemptAsync(work, started.Id) + 1;
        // What was checked when the quote was made, and by the validator of options.
        if (!Amounts.TryToMsat(started.FeeReserve, Units.Rate(started.Unit, options.Value), out var maxFee)) maxFee = long.MaxValue;

        var payment = new StoredPayment
        {
            Key = new PaymentKey(started.Id, attempt),
            PaymentHash = started.PaymentHash,
            IsInternal = route == MeltRoute.Internal,
            AmountMsat = started.AmountMsat,
            MaxFeeMsat = maxFee,
            Owner = payer.Owner,
            Started = now,
            AskAt = now,
        };
        Write(work, melt, id, started, payment, now);
        return payment.Key;
    }

    private static void Write(Work work, VerifiedMelt melt, OperationId id, MeltQuote quote, StoredPayment payment, long now)
    {
        var inputs = melt.Transfer.Inputs;
        var proofs = new StoredProof[melt.Ys.Length];
        for (var i = 0; i < proofs.Length; i++)
        {
            var proof = inputs.Proofs[i];
            proofs[i] = new StoredProof(
                melt.Ys[i], melt.View.NumberOf(proof.Id), proof.Amount, ProofState.Pending, proof.Witness?.Text, quote.Id);
        }

        var blanks = melt.Transfer.Outputs.Keysets.Select((k, i) => new StoredPromise(melt.Blinded[i], melt.View.NumberOf(k.Id), null));
        ProofTable.Write(work, id, proofs, now, Replays.ProofTaken);
        PromiseTable.Write(work, id, [.. blanks], now, Replays.OutputKnown);
        OperationTable.WriteMelt(work, id, melt.Key, quote.Unit, inputs.Fee, now, Replays.Repeated);
        MeltQuoteTable.Update(work, new StoredMeltQuote(quote, id, melt.Request.Outputs?.Count));
        PaymentTable.Insert(work, payment);
        MeltQuoteChanged.Append(work, quote, null);
        foreach (var y in melt.Ys) ProofChanged.Append(work, y, ProofState.Pending, null);
    }

    private Task<ProtocolError?> FindObstacleAsync(PublicKey[] ys, PublicKey[] blinded, CancellationToken cancellation) =>
        database.ReadAsync(reads => Replays.ReadObstacleAsync(reads, ys, blinded), cancellation);

    /// <summary>A melt that has passed all checks but those of the transaction.</summary>
    private sealed record VerifiedMelt(RequestKey Key, MeltRequest Request, CheckedTransfer Transfer, PublicKey[] Ys, KeysetView View)
    {
        /// <summary>B_ of each blank output.</summary>
        public PublicKey[] Blinded { get; } = [.. Transfer.Outputs.Points.Select(p => p.Compressed)];
    }
}
