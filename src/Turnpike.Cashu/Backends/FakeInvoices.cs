using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Backends;

/// <summary>What the simulated node is paid: invoices that pay themselves when their row says so, whichever server looks.</summary>
/// <remarks>docs/specs/cashu.md 9.2.</remarks>
internal sealed class FakeInvoices(IDatabase database, FakeLightningOptions options, TimeProvider clock)
{
    private const int PageRows = 100;

    // Blocks that the last hop must leave, and the bits for variable onion and payment secret.
    private const long FinalCltvExpiry = 18;
    private static readonly int[] s_features = [8, 14];

    // What another server wrote is seen after so long.
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);
    private static readonly ProtocolError s_exists = new(0, "invoice_exists", "There is an invoice with this payment hash");

    // Completed, and replaced, when this server changes a row: spares the stream its pause. Nothing hangs on it.
    private TaskCompletionSource _word = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes an invoice, own or foreign, signed with that node's key.</summary>
    public async Task<CreatedInvoice> CreateAsync(FakeTerms terms, ReadOnlyMemory<byte> nodeKey, CancellationToken cancellation)
    {
        var now = Now;
        var hash = terms.Preimage.PaymentHash;
        var invoice = new Bolt11Invoice
        {
            Network = options.Network,
            AmountMsat = terms.AmountMsat,
            Timestamp = now / 1000,
            PaymentHash = hash,
            PaymentSecret = RandomNumberGenerator.GetBytes(32),
            Description = terms.Description,
            ExpirySeconds = (long)terms.Expiry.TotalSeconds,
            MinFinalCltvExpiry = FinalCltvExpiry,
            Features = s_features,
        };
        var row = new FakeInvoice
        {
            PaymentHash = hash,
            Preimage = terms.Preimage,
            Request = Bolt11.Encode(invoice, nodeKey.Span),
            AmountMsat = terms.AmountMsat,
            IsForeign = terms.IsForeign,
            ExpiresAt = checked(invoice.ExpiresAt * 1000),
            PayAt = PayAt(terms, now, invoice.ExpiresAt * 1000),
        };
        var result = await database.CommitAsync<bool>(FakeInvoiceTable.Lock, work =>
        {
            FakeInvoiceTable.Insert(work, row, s_exists);
            return ValueTask.FromResult<Result<bool>>(true);
        }, cancellation);
        if (!result.TryGet(out _, out var error)) throw new LightningException(error.Message + ".");
        Nudge();
        return new CreatedInvoice(row.Request, hash);
    }

    /// <summary>Settled ones after the cursor, for ever. Invoices pay themselves here and wherever one of them is asked about.</summary>
    public async IAsyncEnumerable<IncomingPayment> ReadSettledAsync(
        long cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var word = Volatile.Read(ref _word).Task; // taken before looking: a change after it ends the pause
            var next = await SettleDueAsync(cancellation);
            var page = await database.ReadAsync(reads => FakeInvoiceTable.ReadSettledAsync(reads, cursor, PageRows), cancellation);
            foreach (var invoice in page)
            {
                cursor = invoice.SettleIndex!.Value;
                yield return new IncomingPayment(invoice.PaymentHash, invoice.AmountMsat!.Value, cursor);
            }

            if (page.Count < PageRows) await PauseAsync(word, next, cancellation);
        }
    }

    /// <summary>What became of an own invoice.</summary>
    public async Task<InvoiceStatus> GetAsync(PaymentHash hash, CancellationToken cancellation)
    {
        var invoice = await database.ReadAsync(reads => FakeInvoiceTable.ReadAsync(reads, hash), cancellation);
        if (invoice?.PayAt <= Now) invoice = await ChangeAsync(hash, isPaying: false, isCanceling: false, cancellation);
        return Status(invoice);
    }

    /// <summary>Pays an own invoice now, as somebody elsewhere would.</summary>
    public async Task<InvoiceStatus> PayAsync(PaymentHash hash, CancellationToken cancellation) =>
        Status(await ChangeAsync(hash, isPaying: true, isCanceling: false, cancellation));

    /// <summary>Cancels an own invoice unless it is paid.</summary>
    public async Task<CancelStatus> CancelAsync(PaymentHash hash, CancellationToken cancellation)
    {
        var invoice = await ChangeAsync(hash, isPaying: false, isCanceling: true, cancellation);
        return invoice?.SettleIndex is null ? CancelStatus.Canceled : CancelStatus.Settled;
    }

    private long? PayAt(FakeTerms terms, long now, long expiresAt)
    {
        if (terms.IsForeign || options.AutoPayDelay == TimeSpan.Zero) return null;
        if (FakeSteering.Read(terms.Description).Kind == FakeSteeringKind.Hold) return null;
        var at = now + (long)options.AutoPayDelay.TotalMilliseconds;
        return at < expiresAt ? at : null;
    }

    /// <summary>
    /// Settles it if it is due or is being paid, else cancels it if that is asked; gives it as it then is, null if there is none.
    /// </summary>
    private async Task<FakeInvoice?> ChangeAsync(PaymentHash hash, bool isPaying, bool isCanceling, CancellationToken cancellation)
    {
        var result = await database.CommitAsync(FakeInvoiceTable.Lock, async work =>
        {
            var invoice = await FakeInvoiceTable.ReadAsync(work, hash);
            if (invoice is null || invoice.IsForeign || invoice.SettleIndex is not null || invoice.IsCanceled) return Result.Ok(invoice);
            var now = Now;
            if (invoice.PayAt <= now || (isPaying && now < invoice.ExpiresAt))
            {
                var index = await FakeInvoiceTable.ReadLastIndexAsync(work) + 1;
                FakeInvoiceTable.Settle(work, hash, index, now);
                return invoice with { SettleIndex = index, PayAt = null };
            }

            if (!isCanceling) return invoice;
            FakeInvoiceTable.Cancel(work, hash);
            return invoice with { IsCanceled = true, PayAt = null };
        }, cancellation);
        Nudge();
        return result.TryGet(out var changed, out var error) ? changed : throw new InvalidOperationException(error.Message);
    }

    /// <summary>Settles what pays itself by now.</summary>
    /// <returns>When the next one does, or null.</returns>
    private async Task<long?> SettleDueAsync(CancellationToken cancellation)
    {
        var next = await database.ReadAsync(FakeInvoiceTable.ReadNextDueAsync, cancellation);
        while (next <= Now)
        {
            await database.CommitAsync<bool>(FakeInvoiceTable.Lock, async work =>
            {
                var now = Now;
                var due = await FakeInvoiceTable.ReadDueAsync(work, now, PageRows);
                var index = await FakeInvoiceTable.ReadLastIndexAsync(work);
                foreach (var invoice in due) FakeInvoiceTable.Settle(work, invoice.PaymentHash, ++index, now);
                return true;
            }, cancellation);
            next = await database.ReadAsync(FakeInvoiceTable.ReadNextDueAsync, cancellation);
        }

        return next;
    }

    private async Task PauseAsync(Task word, long? next, CancellationToken cancellation)
    {
        var pause = next is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, at - Now)) : s_poll;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(word, Task.Delay(pause < s_poll ? pause : s_poll, clock, over.Token));
        await over.CancelAsync(); // or the timer would stay
        cancellation.ThrowIfCancellationRequested();
    }

    private void Nudge() =>
        Interlocked.Exchange(ref _word, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    private InvoiceStatus Status(FakeInvoice? invoice) => invoice switch
    {
        null or { IsForeign: true } => new InvoiceStatus.NotFound(),
        { SettleIndex: not null } => new InvoiceStatus.Paid(invoice.AmountMsat!.Value),
        _ when invoice.IsCanceled || Now >= invoice.ExpiresAt => new InvoiceStatus.Expired(),
        _ => new InvoiceStatus.Unpaid(),
    };
}

/// <summary>What an invoice of the simulated node is to say.</summary>
/// <param name="AmountMsat">Null only for a foreign one.</param>
/// <param name="Description">Also steers it.</param>
/// <param name="Expiry">From now.</param>
/// <param name="Preimage">Of its payment.</param>
/// <param name="IsForeign">Whether it is the node's elsewhere.</param>
internal sealed record FakeTerms(long? AmountMsat, string Description, TimeSpan Expiry, Preimage Preimage, bool IsForeign);
