using Microsoft.Extensions.Logging;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>What a run needs; calls bounds how many calls of the node are under way at once.</summary>
internal sealed record PayerTools(
    IDatabase Database, ILightning Lightning, NodeIdentity Node, MeltOutcomes Outcomes, SemaphoreSlim Calls, TimeSpan PayTimeout,
    PayerPace Pace, TimeProvider Clock, ILogger Logger);

/// <summary>Looks after one payment on the server that owns it, until it is decided: notes, sends, asks.</summary>
/// <param name="tools">What it needs.</param>
/// <param name="key">The payment.</param>
/// <param name="authority">The server and its lease.</param>
/// <remarks>docs/specs/cashu.md 7.5. Nothing is remembered here that must not be lost.</remarks>
internal sealed class PaymentRun(PayerTools tools, PaymentKey key, Authority authority)
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _poked = NewPoke();

    // Of an earlier server nobody knows when it sent: as late as can be.
    private DateTimeOffset _lastSent = tools.Clock.GetUtcNow();
    private string? _doubt;
    private bool _isForgotten;

    /// <summary>Completes when the node has been asked once, whatever it said.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Ends the pause, or spares the next one.</summary>
    public void Poke() => Volatile.Read(ref _poked).TrySetResult();

    /// <summary>Completes when there is nothing left to do here; after <see cref="Start"/>.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins: until the payment is decided, or is another server's.</summary>
    /// <param name="ended">Called at the end, once.</param>
    /// <param name="cancellation">The lease is lost, or the host ends. What was sent goes on.</param>
    public void Start(Action ended, CancellationToken cancellation) => Ended = RunAsync(ended, cancellation);

    private async Task RunAsync(Action ended, CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            for (var pause = tools.Pace.First; !await TryStepAsync(pause, cancellation); pause = tools.Pace.After(pause))
            {
                _asked.TrySetResult();
                await PauseAsync(pause, cancellation);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or LeaseLostException)
        {
            // Another server has it now, or this one ends.
        }
        finally
        {
            _asked.TrySetResult();
            ended();
        }
    }

    private async Task<bool> TryStepAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            if (await StepAsync(cancellation)) return true;
            if (_doubt is not null) tools.Logger.PaymentInDoubt(key.Quote.LogName, _doubt, pause);
        }
#pragma warning disable CA1031 // whatever it is: the row is there, and is looked at again
        catch (Exception exception) when (exception is not (LeaseLostException or OperationCanceledException))
#pragma warning restore CA1031
        {
            tools.Logger.PaymentFailed(exception, key.Quote.LogName, pause);
        }

        return false;
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(Task.Delay(pause, tools.Clock, over.Token), _poked.Task);
        await over.CancelAsync();   // or the timer would stay
        if (_poked.Task.IsCompleted) Volatile.Write(ref _poked, NewPoke());
        cancellation.ThrowIfCancellationRequested();
    }

    /// <returns>True when there is nothing left to do here.</returns>
    private async Task<bool> StepAsync(CancellationToken cancellation)
    {
        _doubt = null;
        var (payment, row) = await tools.Database.ReadAsync(
            async reads => (await PaymentTable.ReadAsync(reads, key), await MeltQuoteTable.ReadAsync(reads, key.Quote)), cancellation);
        if (payment is not { AskAt: not null } || row is null || !authority.Owns(payment)) return true;
        if (!Bolt11.TryDecode(row.Quote.Request, out var invoice, out var fault)) throw new InvalidOperationException(fault);
        if (!PaymentHash.TryRead(payment.PaymentHash.Span, out var hash)) throw new InvalidOperationException("A hash has 32 bytes.");
        return payment switch
        {
            { Outcome: PaymentOutcome.Failed } => await AskReleasedAsync(payment, hash, invoice, cancellation),
            { IsInternal: true } => await SettleAsync(payment, hash, cancellation),
            { Note: null } => await NoteAsync(payment, hash, row.Quote, invoice, cancellation),
            _ => await AskAsync(payment, hash, row.Quote, invoice, cancellation),
        };
    }

    /// <summary>Before the first send: what the node has of the hash is noted, so that nothing older is taken for ours.</summary>
    private async Task<bool> NoteAsync(
        StoredPayment payment, PaymentHash hash, MeltQuote quote, Bolt11Invoice invoice, CancellationToken cancellation)
    {
        var node = await tools.Node.AskAsync(cancellation);
        var status = node is null
            ? new PaymentStatus.Unknown("the Lightning node does not answer")
            : await CallAsync(() => tools.Lightning.GetPaymentAsync(hash, null, cancellation), cancellation);
        _asked.TrySetResult();
        long index;
        switch (status)
        {
            case PaymentStatus.NotFound:
                index = 0;
                break;
            case PaymentStatus.Failed failed:
                index = failed.Index;
                break;
            case PaymentStatus.Unknown unknown:
                return await DoubtUnsentAsync(payment, unknown.Reason, cancellation);
            default:
                await tools.Outcomes.FailedAsync(authority, key, CashuErrors.InvoicePaid, cancellation);
                return true;
        }

        var note = new PaymentNote(node!.Value, index);
        var isNoted = await tools.Database.CommitAsync<bool>(authority.Over(MeltQuoteTable.Lock(key.Quote)), async work =>
        {
            var current = await PaymentTable.ReadAsync(work, key);
            if (current is not { Outcome: PaymentOutcome.Open, Note: null } || !authority.Owns(current)) return false;
            PaymentTable.WriteNote(work, key, note);
            return true;
        }, cancellation);
        if (!isNoted.TryGet(out var noted, out _) || !noted) return false;
        return await SendAsync(payment with { Note = note }, quote, invoice, cancellation);
    }

    /// <summary>Asks what became of a payment that may have been sent.</summary>
    private async Task<bool> AskAsync(
        StoredPayment payment, PaymentHash hash, MeltQuote quote, Bolt11Invoice invoice, CancellationToken cancellation)
    {
        var status = await AskNodeAsync(payment.Note!, hash, cancellation);
        _asked.TrySetResult();
        var verdict = Judge(payment, status, invoice);
        return verdict is PaymentVerdict.Send
            ? await SendAsync(payment, quote, invoice, cancellation)
            : await ApplyAsync(payment, verdict, cancellation);
    }

    /// <summary>Sends, for the first time or again: the node takes a hash once.</summary>
    private async Task<bool> SendAsync(StoredPayment payment, MeltQuote quote, Bolt11Invoice invoice, CancellationToken cancellation)
    {
        if (authority.Lease is { IsHeld: false }) return true;
        _lastSent = tools.Clock.GetUtcNow();
        var status = await CallAsync(() => tools.Lightning.PayAsync(
            quote.Request, invoice.AmountMsat is null ? payment.AmountMsat : null, payment.MaxFeeMsat, tools.PayTimeout, cancellation),
            cancellation);
        var verdict = Judge(payment, status, invoice);
        // Never sent again without another look.
        if (verdict is PaymentVerdict.Send) verdict = new PaymentVerdict.Wait(payment.IsShown, null);
        return await ApplyAsync(payment, verdict, cancellation);
    }

    private PaymentVerdict Judge(StoredPayment payment, PaymentStatus status, Bolt11Invoice invoice)
    {
        var now = tools.Clock.GetUtcNow();
        return PaymentVerdict.Of(status, payment.Note!, payment.IsShown, isOver: now >= End(invoice),
            maySend: now >= _lastSent + tools.Lightning.ResendAfter);
    }

    private async Task<bool> ApplyAsync(StoredPayment payment, PaymentVerdict verdict, CancellationToken cancellation)
    {
        switch (verdict)
        {
            case PaymentVerdict.Paid paid:
                await tools.Outcomes.PaidAsync(authority, key, paid.Payment, cancellation);
                return true;
            case PaymentVerdict.Failed:
                await tools.Outcomes.FailedAsync(authority, key, CashuErrors.LightningFailed, cancellation);
                return true;
            case PaymentVerdict.Wait wait:
                if (wait.IsShown && !payment.IsShown) await WriteShownAsync(cancellation);
                _doubt = wait.Reason;
                return false;
            case PaymentVerdict.Forgotten:
                if (!_isForgotten) tools.Logger.PaymentForgotten(key.Quote.LogName);
                _isForgotten = true;
                return false;
            default:
                return false;
        }
    }

    /// <summary>Settles inside: first the invoice is taken off the market, then both quotes change in one commit.</summary>
    private async Task<bool> SettleAsync(StoredPayment payment, PaymentHash hash, CancellationToken cancellation)
    {
        var own = await tools.Database.ReadAsync(reads => MintQuoteTable.ReadByHashAsync(reads, payment.PaymentHash), cancellation);
        var node = await tools.Node.AskAsync(cancellation);
        if (node is null) return await DoubtUnsentAsync(payment, "the Lightning node does not answer", cancellation);
        // Nobody can cancel an invoice at a node that is ours no more.
        var canceled = own is null || own.Node != node
            ? CancelStatus.Settled
            : await tools.Lightning.CancelInvoiceAsync(hash, cancellation);
        _asked.TrySetResult();
        switch (canceled)
        {
            case CancelStatus.Canceled:
                await tools.Outcomes.SettleAsync(authority, key, cancellation);
                return true;
            case CancelStatus.Settled:
                await tools.Outcomes.FailedAsync(authority, key, CashuErrors.InvoicePaid, cancellation);
                return true;
            default:
                return await DoubtUnsentAsync(payment, "the node does not say whether its invoice is canceled", cancellation);
        }
    }

    /// <summary>Nothing has left: it is tried for as long as its caller waits, and then given up.</summary>
    private async Task<bool> DoubtUnsentAsync(StoredPayment payment, string reason, CancellationToken cancellation)
    {
        _doubt = reason;
        if (tools.Clock.GetUtcNow() < DateTimeOffset.FromUnixTimeSeconds(payment.Started) + tools.PayTimeout) return false;
        await tools.Outcomes.FailedAsync(authority, key, CashuErrors.LightningFailed, cancellation);
        return true;
    }

    /// <summary>Asks about a payment whose inputs were given back: a server that slept may have sent it after all.</summary>
    private async Task<bool> AskReleasedAsync(
        StoredPayment payment, PaymentHash hash, Bolt11Invoice invoice, CancellationToken cancellation)
    {
        var now = tools.Clock.GetUtcNow();
        if (DateTimeOffset.FromUnixTimeSeconds(payment.AskAt!.Value) > now) return true;
        var status = await AskNodeAsync(payment.Note!, hash, cancellation);
        switch (PaymentVerdict.Of(status, payment.Note!, isShown: false, isOver: now >= End(invoice), maySend: false))
        {
            case PaymentVerdict.Paid paid:
                return await tools.Outcomes.PaidLateAsync(authority, key, paid.Payment, cancellation);
            case PaymentVerdict.Wait { IsShown: true }:
            case PaymentVerdict.Wait { Reason: not null }:
                return false;
            default:
                // Failed, or not known. Once more when the invoice can be paid no longer; then never again.
                await WriteAskAtAsync(now < End(invoice) ? End(invoice).ToUnixTimeSeconds() : null, cancellation);
                return true;
        }
    }

    private async Task<PaymentStatus> AskNodeAsync(PaymentNote note, PaymentHash hash, CancellationToken cancellation)
    {
        var node = await tools.Node.AskAsync(cancellation);
        if (node is null) return new PaymentStatus.Unknown("the Lightning node does not answer");
        return node == note.Node
            ? await CallAsync(() => tools.Lightning.GetPaymentAsync(hash, _lastSent, cancellation), cancellation)
            : new PaymentStatus.Unknown($"the payment is node {note.Node}'s, and this is {node}");
    }

    /// <summary>Whatever goes wrong in a call that may have left leaves a doubt, and nothing else.</summary>
    private async Task<PaymentStatus> CallAsync(Func<Task<PaymentStatus>> call, CancellationToken cancellation)
    {
        await tools.Calls.WaitAsync(cancellation);
        try
        {
            return await call();
        }
#pragma warning disable CA1031 // the node may have got the request: not one kind of exception may be taken for a failed payment
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new PaymentStatus.Unknown(exception.Message);
        }
        finally
        {
            tools.Calls.Release();
        }
    }

    private static TaskCompletionSource NewPoke() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DateTimeOffset End(Bolt11Invoice invoice) => DateTimeOffset.FromUnixTimeSeconds(invoice.ExpiresAt) + tools.Lightning.Grace;

    private Task WriteShownAsync(CancellationToken cancellation) =>
        ChangeAsync(PaymentOutcome.Open, work => PaymentTable.WriteShown(work, key, true), cancellation);

    private Task WriteAskAtAsync(long? askAt, CancellationToken cancellation) =>
        ChangeAsync(PaymentOutcome.Failed, work => PaymentTable.WriteAskAt(work, key, askAt), cancellation);

    private async Task ChangeAsync(PaymentOutcome expected, Action<Work> write, CancellationToken cancellation) =>
        await tools.Database.CommitAsync<bool>(authority.Over(MeltQuoteTable.Lock(key.Quote)), async work =>
        {
            var current = await PaymentTable.ReadAsync(work, key);
            if (current is null || current.Outcome != expected || !authority.Owns(current)) return false;
            write(work);
            return true;
        }, cancellation);
}
