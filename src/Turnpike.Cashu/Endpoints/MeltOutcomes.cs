using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Writes down what became of a payment, each in one commit: paid, with the change; failed, with the inputs free again; settled inside;
/// paid although it had been given back.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.5 (T2).</remarks>
internal sealed class MeltOutcomes(
    IDatabase database, Keyring keyring, MintKeys keys, IOptions<CashuOptions> options, PayerPace pace, TimeProvider clock,
    CashuMetrics metrics, ILogger<MeltOutcomes> logger)
{
    private static readonly ProtocolError s_credited = new(0, "payment_known", "The mint quote was credited meanwhile");

    // Attempts of a work that ran into proofs which were taken meanwhile; the ask comes again anyway.
    private const int MaxRuns = 5;

    /// <summary>T2 paid. Cannot fail.</summary>
    /// <param name="authority">Who says so.</param>
    /// <param name="key">The payment.</param>
    /// <param name="payment">What the node says of it.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>False if the payment is no longer this one's to decide, or is decided.</returns>
    public async Task<bool> PaidAsync(Authority authority, PaymentKey key, MeltPayment payment, CancellationToken cancellation)
    {
        if (await ReadHeldAsync(authority, key, cancellation) is not { } held) return false;
        var now = Now;
        var outcome = MeltQuotes.Paid(held.Quote, held.Given, held.Fee, payment, RateOf(held.Quote), held.Blanks, now);
        var change = Signer.SignChange(held.Blanks, outcome.Change);
        var result = await database.CommitAsync<bool>(authority.Over(MeltQuoteTable.Lock(key.Quote)), async work =>
        {
            if (!await IsHeldAsync(work, authority, held)) return false;
            WritePaid(work, held, outcome, change, now);
            return true;
        }, cancellation);
        if (result.IsOk && outcome.Surplus < 0) logger.MeltLost(held.Quote.Id.LogName, outcome.Surplus);
        return Done(result, held, "paid");
    }

    /// <summary>T2 failed.</summary>
    /// <param name="authority">Who says so.</param>
    /// <param name="key">The payment.</param>
    /// <param name="error">What whoever waits is told.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>False if the payment is no longer this one's to decide, or is decided.</returns>
    public async Task<bool> FailedAsync(Authority authority, PaymentKey key, ProtocolError error, CancellationToken cancellation)
    {
        if (await ReadHeldAsync(authority, key, cancellation) is not { } held) return false;
        var now = Now;
        var quote = MeltQuotes.Failed(held.Quote, now);
        var result = await database.CommitAsync<bool>(authority.Over(MeltQuoteTable.Lock(key.Quote)), async work =>
        {
            if (!await IsHeldAsync(work, authority, held)) return false;
            ProofTable.Release(work, held.Operation);
            PromiseTable.DeleteBlank(work, held.Operation);
            OperationTable.Delete(work, held.Operation);
            MeltQuoteTable.Update(work, new StoredMeltQuote(quote, null, null));
            long? askAt = held.Payment.Note is null ? null : now + (long)pace.AfterRelease.TotalSeconds;
            PaymentTable.CloseFailed(work, key, error, held.Proofs, askAt, now);
            foreach (var proof in held.Proofs) ProofChanged.Append(work, proof.Y, ProofState.Unspent, null);
            MeltQuoteChanged.Append(work, quote, null);
            return true;
        }, cancellation);
        return Done(result, held, "failed");
    }

    /// <summary>T2 internal: the invoice can no longer be paid from outside, and both quotes are settled in one commit.</summary>
    /// <param name="authority">Who says so.</param>
    /// <param name="key">The payment.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>False if the payment is no longer this one's to decide; after true it is settled, or has failed with 20006.</returns>
    public async Task<bool> SettleAsync(Authority authority, PaymentKey key, CancellationToken cancellation)
    {
        if (await ReadHeldAsync(authority, key, cancellation) is not { } held) return false;
        var own = await database.ReadAsync(reads => MintQuoteTable.ReadByHashAsync(reads, held.Quote.PaymentHash), cancellation);
        var now = Now;
        if (own is null || !Settle(held, own, now).TryGet(out var settlement, out _))
            return await FailedAsync(authority, key, CashuErrors.InvoicePaid, cancellation);

        var change = Signer.SignChange(held.Blanks, settlement.Melt.Change);
        var result = await database.CommitAsync<bool>(authority.Over(MeltQuoteTable.Lock(key.Quote, own)), async work =>
        {
            if (!await IsHeldAsync(work, authority, held)) return false;
            var current = await MintQuoteTable.ReadByHashAsync(work, held.Quote.PaymentHash);
            if (MeltQuotes.CheckInternal(held.Quote, current) is not null) return s_credited;
            MintPaymentTable.Insert(work, MintPaymentTable.Id(own.PaymentHash), own.Id, PaymentSource.Internal, settlement.Mint.Amount, 0,
                now, s_credited);
            MintQuoteTable.Credit(work, own.Id, settlement.Mint.Amount, settlement.Mint.Quote!.UpdatedAt);
            WritePaid(work, held, settlement.Melt, change, now);
            MintQuoteChanged.Append(work, settlement.Mint.Quote);
            return true;
        }, cancellation);
        return result.Error == s_credited
            ? await FailedAsync(authority, key, CashuErrors.InvoicePaid, cancellation)
            : Done(result, held, "internal");
    }

    /// <summary>Paid after release: the node says that a payment was made whose inputs had been given back.</summary>
    /// <param name="authority">Who says so.</param>
    /// <param name="key">The payment, which counts as failed.</param>
    /// <param name="payment">What the node says of it.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>False if another attempt is under way that may be the one which was paid: asked again.</returns>
    public async Task<bool> PaidLateAsync(Authority authority, PaymentKey key, MeltPayment payment, CancellationToken cancellation)
    {
        for (var run = 0; run < MaxRuns; run++)
        {
            var id = new OperationId(Guid.CreateVersion7(clock.GetUtcNow()));
            var result = await database.CommitAsync(authority.Over(MeltQuoteTable.Lock(key.Quote)),
                work => WriteLateAsync(work, authority, key, payment, id), cancellation);
            if (!result.TryGet(out var late, out var error))
            {
                if (error != Replays.ProofTaken && error != CashuErrors.InvoicePaid) throw new InvalidOperationException(error.Message);
                continue;
            }

            if (late.Surplus is { } surplus)
            {
                metrics.Paid("late");
                logger.PaidAfterRelease(key.Quote.LogName, surplus);
            }

            return late.IsDone;
        }

        return false;
    }

    private async ValueTask<Result<(bool IsDone, long? Surplus)>> WriteLateAsync(
        Work work, Authority authority, PaymentKey key, MeltPayment payment, OperationId id)
    {
        var row = await PaymentTable.ReadAsync(work, key);
        if (row is not { Outcome: PaymentOutcome.Failed, AskAt: not null } || !authority.Owns(row)) return (true, null);
        var quote = (await MeltQuoteTable.ReadAsync(work, key.Quote))!.Quote;
        // By this quote or another one: what is under way may be what was paid, or find that it was paid before.
        if (await MeltQuoteTable.ReadTakenAsync(work, row.PaymentHash) is { } other)
        {
            if (other.State == MeltQuoteState.Pending) return (false, null);
            PaymentTable.WriteAskAt(work, key, null);
            return (true, null);
        }

        var now = Now;
        var taken = (await ProofTable.ReadAsync(work, [.. row.Released.Select(r => r.Y)])).Select(p => p.Y).ToHashSet();
        // Read after the proofs: what was spent of these keysets is being forgotten, and is not to be had again.
        var forgotten = (await KeysetTable.ReadAsync(work)).Where(k => k.IsForgotten).Select(k => k.No).ToHashSet();
        StoredProof[] free = [.. row.Released.Where(r => !taken.Contains(r.Y) && !forgotten.Contains(r.KeysetNo))
            .Select(r => new StoredProof(r.Y, r.KeysetNo, r.Amount, ProofState.Spent, null, key.Quote))];
        var recovered = free.Aggregate(0UL, (sum, p) => sum + p.Amount);
        var outcome = MeltQuotes.PaidAfterRelease(quote, recovered, payment, RateOf(quote), now);
        ProofTable.Write(work, id, free, now, Replays.ProofTaken);
        OperationTable.WriteLateMelt(work, id, outcome, now);
        MeltQuoteTable.Update(work, new StoredMeltQuote(outcome.Quote, id, null));
        PaymentTable.ClosePaid(work, key, now);
        foreach (var proof in free) ProofChanged.Append(work, proof.Y, ProofState.Spent, null);
        MeltQuoteChanged.Append(work, outcome.Quote, null);
        return (true, outcome.Surplus);
    }

    private static void WritePaid(Work work, HeldMelt held, MeltOutcome outcome, BlindSignature[] change, long now)
    {
        ProofTable.Spend(work, held.Operation);
        for (var i = 0; i < change.Length; i++)
        {
            PromiseTable.Sign(work, held.Blanks[i].Point.Compressed,
                new PromiseSignature(change[i].Amount, change[i].Signature, change[i].Dleq));
        }

        PromiseTable.DeleteBlank(work, held.Operation);
        OperationTable.CloseMelt(work, held.Operation, outcome);
        MeltQuoteTable.Update(work, new StoredMeltQuote(outcome.Quote, held.Operation, held.BlankCount));
        PaymentTable.ClosePaid(work, held.Payment.Key, now);
        foreach (var proof in held.Proofs) ProofChanged.Append(work, proof.Y, ProofState.Spent, proof.Witness);
        MeltQuoteChanged.Append(work, outcome.Quote, held.BlankCount is null ? null : change);
    }

    private Result<InternalSettlement> Settle(HeldMelt held, MintQuote own, long now)
    {
        Span<byte> preimage = stackalloc byte[Scalar.Length];
        keys.Preimage(own.Id, preimage);
        return MeltQuotes.Settle(held.Quote, own, held.Given, held.Fee, new Scalar(preimage), held.Blanks, now);
    }

    private bool Done(Result<bool> result, HeldMelt held, string outcome)
    {
        if (!result.TryGet(out var done, out var error)) throw new InvalidOperationException(error.Message);
        if (!done) return false;
        metrics.Paid(outcome);
        logger.MeltClosed(held.Quote.Id.LogName, outcome, held.Quote.Amount, held.Quote.Unit);
        return true;
    }

    /// <summary>All that an outcome is made of; none of it changes while the payment is open.</summary>
    /// <returns>Null if it is not to be decided here.</returns>
    private async Task<HeldMelt?> ReadHeldAsync(Authority authority, PaymentKey key, CancellationToken cancellation)
    {
        var (held, promises) = await database.ReadAsync<(HeldMelt?, IReadOnlyList<StoredPromise>)>(async reads =>
        {
            var payment = await PaymentTable.ReadAsync(reads, key);
            if (payment is not { Outcome: PaymentOutcome.Open } || !authority.Owns(payment)) return (null, []);
            var row = await MeltQuoteTable.ReadAsync(reads, key.Quote)
                ?? throw new StorageException("A payment is open without its melt quote: turnpike check says more.");
            var operation = row.Operation ?? throw new StorageException("A payment is open without its melt: turnpike check says more.");
            var found = new HeldMelt(payment, row.Quote, operation, row.Blanks, await OperationTable.ReadFeeAsync(reads, operation),
                await ProofTable.ReadOfOperationAsync(reads, operation));
            return (found, await PromiseTable.ReadOfOperationAsync(reads, operation));
        }, cancellation);
        if (held is null) return null;
        if (promises.Any(p => keyring.View.Find(p.KeysetNo) is null)) await keyring.TryRefreshAsync(cancellation);
        return held with { Blanks = [.. promises.Select(ToBlank)] };
    }

    private BlankOutput ToBlank(StoredPromise promise) => CurvePoint.TryFrom(promise.Blinded, out var point)
        ? new BlankOutput(keyring.View.Find(promise.KeysetNo)!, point)
        : throw new StorageException("A blank output is no point.");

    private static async ValueTask<bool> IsHeldAsync(Work work, Authority authority, HeldMelt held)
    {
        var payment = await PaymentTable.ReadAsync(work, held.Payment.Key);
        return payment is { Outcome: PaymentOutcome.Open } && authority.Owns(payment);
    }

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    // A unit may have been taken out of the configuration since: then what the quote was priced with.
    private long RateOf(MeltQuote quote) => quote.Unit is "sat" or "msat" || options.Value.Fake.Rates.ContainsKey(quote.Unit)
        ? Units.Rate(quote.Unit, options.Value)
        : Math.Max(1, quote.AmountMsat / (long)quote.Amount);

    /// <summary>A melt whose payment is open, with what it holds.</summary>
    private sealed record HeldMelt(
        StoredPayment Payment, MeltQuote Quote, OperationId Operation, int? BlankCount, ulong Fee, IReadOnlyList<StoredProof> Proofs)
    {
        /// <summary>Its blank outputs, in their order.</summary>
        public IReadOnlyList<BlankOutput> Blanks { get; init; } = [];

        /// <summary>Σ of what it holds.</summary>
        public ulong Given { get; } = Proofs.Aggregate(0UL, (sum, p) => sum + p.Amount);
    }
}
