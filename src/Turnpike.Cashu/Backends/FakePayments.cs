using System.Security.Cryptography;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Backends;

/// <summary>
/// What the simulated node pays. A payment's row says when its fate is known; whichever server looks after that writes it down.
/// </summary>
/// <remarks>docs/specs/cashu.md 9.2.</remarks>
internal sealed class FakePayments(IDatabase database, FakeLightningOptions options, ReadOnlyMemory<byte> seed, TimeProvider clock)
{
    private const long LeastFeeMsat = 1000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Pays an invoice that is neither paid nor on its way, and waits for the outcome.</summary>
    public async Task<PaymentStatus> PayAsync(
        Bolt11Invoice invoice, long amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation)
    {
        var steering = FakeSteering.Read(invoice.Description);
        if (steering.Kind == FakeSteeringKind.Lost) return new PaymentStatus.Unknown("fake:lost");

        var until = Now + (long)timeout.TotalMilliseconds;
        var payment = await BeginAsync(invoice, steering, Math.Min(maxFeeMsat, Math.Max(LeastFeeMsat, amountMsat / 1000)), cancellation);
        while (payment is { State: FakePaymentState.InFlight, IsHidden: false } && Now < until)
        {
            var pause = Math.Max(1, Math.Min(payment.SettleAt, until) - Now);
            await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, cancellation);
            payment = await SettleAsync(payment, cancellation);
        }

        return Status(payment);
    }

    /// <summary>What became of a payment.</summary>
    public async Task<PaymentStatus> GetAsync(PaymentHash hash, CancellationToken cancellation)
    {
        var payment = await database.ReadAsync(reads => FakePaymentTable.ReadAsync(reads, hash), cancellation);
        return payment is null ? new PaymentStatus.NotFound() : Status(await SettleAsync(payment, cancellation));
    }

    /// <summary>How often a payment was settled: never more than once.</summary>
    public async Task<long> CountPaysAsync(PaymentHash hash, CancellationToken cancellation)
    {
        var payment = await database.ReadAsync(reads => FakePaymentTable.ReadAsync(reads, hash), cancellation);
        return payment?.Pays ?? 0;
    }

    /// <summary>Writes down that it is on its way; if it already is, or was paid, that one.</summary>
    private async Task<FakePayment> BeginAsync(
        Bolt11Invoice invoice, FakeSteering steering, long feeMsat, CancellationToken cancellation)
    {
        var result = await database.CommitAsync<FakePayment>(FakePaymentTable.Lock, async work =>
        {
            var before = await FakePaymentTable.ReadAsync(work, invoice.PaymentHash);
            if (before is { State: not FakePaymentState.Failed }) return before;
            var known = await FakeInvoiceTable.ReadAsync(work, invoice.PaymentHash);
            var now = Now;
            var refusal = Refuse(invoice, known, now);
            var payment = new FakePayment
            {
                PaymentHash = invoice.PaymentHash,
                Index = await FakePaymentTable.ReadLastIndexAsync(work) + 1,
                Pays = 0,
                State = refusal is null ? FakePaymentState.InFlight : FakePaymentState.Failed,
                Preimage = known?.Preimage ?? MakeUp(invoice.PaymentHash),
                FeeMsat = feeMsat,
                SettleAt = refusal is null ? now + (long)(steering.Delay ?? options.PayDelay).TotalMilliseconds : now,
                Fails = refusal ?? (steering.Kind == FakeSteeringKind.Fail ? "fake:fail" : null),
                IsHidden = steering.Kind == FakeSteeringKind.Unknown,
            };
            if (before is null) FakePaymentTable.Insert(work, payment);
            else FakePaymentTable.Update(work, payment);
            return payment;
        }, cancellation);
        return result.TryGet(out var begun, out var error) ? begun : throw new InvalidOperationException(error.Message);
    }

    /// <summary>Writes its fate down once its time has come.</summary>
    private async Task<FakePayment> SettleAsync(FakePayment payment, CancellationToken cancellation)
    {
        if (payment.State != FakePaymentState.InFlight || Now < payment.SettleAt) return payment;
        var result = await database.CommitAsync<FakePayment>(FakePaymentTable.Lock, async work =>
        {
            var current = await FakePaymentTable.ReadAsync(work, payment.PaymentHash)
                ?? throw new InvalidOperationException("A payment of the simulated node is gone.");
            if (current.State != FakePaymentState.InFlight || Now < current.SettleAt) return current;
            current = current.Fails is null
                ? current with { State = FakePaymentState.Paid, Pays = current.Pays + 1 }
                : current with { State = FakePaymentState.Failed };
            FakePaymentTable.Update(work, current);
            return current;
        }, cancellation);
        return result.TryGet(out var settled, out var error) ? settled : throw new InvalidOperationException(error.Message);
    }

    private static string? Refuse(Bolt11Invoice invoice, FakeInvoice? known, long now)
    {
        if (now >= invoice.ExpiresAt * 1000) return "the invoice has expired";
        if (known is { IsForeign: false }) return "the invoice is the node's own";
        return invoice.FindUnknownRequiredFeature() is { } bit ? $"the invoice requires feature {bit}" : null;
    }

    /// <summary>Somebody else's preimage cannot be known. This one is no proof of anything, and its hash is another.</summary>
    private Preimage MakeUp(PaymentHash hash)
    {
        Span<byte> made = stackalloc byte[Preimage.Length];
        HMACSHA256.HashData(seed.Span, hash.Span, made);
        return Preimage.TryRead(made, out var preimage) ? preimage : throw new InvalidOperationException("HMAC-SHA256 has 32 bytes.");
    }

    private static PaymentStatus Status(FakePayment payment) => payment.State switch
    {
        FakePaymentState.Paid => new PaymentStatus.Paid(payment.Preimage, payment.FeeMsat, payment.Index),
        FakePaymentState.Failed => new PaymentStatus.Failed(payment.Fails!, payment.Index),
        _ when payment.IsHidden => new PaymentStatus.Unknown("fake:unknown"),
        _ => new PaymentStatus.InFlight(payment.Index),
    };
}
