using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Kernel.Crypto;
using static Turnpike.Cashu.Backends.NodeJson;

namespace Turnpike.Cashu.Backends;

/// <summary>A Core Lightning node (24.11 or later), through its REST interface.</summary>
/// <remarks>docs/specs/cashu.md 9.4. Tested against stand-ins that speak these bodies; untested against a live node.</remarks>
internal sealed class ClnLightning : ILightning, IDisposable
{
    private const int WaitSeconds = 60;
    private const int ErrorWaitOver = 904;
    private const int WrongParameters = -32602;

    private readonly ClnOptions _options;
    private readonly TimeProvider _clock;
    private readonly NodeHttp _http;

    /// <summary>Reads the rune; opens no connection yet.</summary>
    /// <param name="options">Valid ones.</param>
    /// <param name="clock">Measures the time limits.</param>
    /// <exception cref="LightningException">The rune cannot be read.</exception>
    public ClnLightning(ClnOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = new NodeHttp(options.Url, options.CertFile, ("Rune", NodeKey.ReadRune(options.RuneFile)), clock);
    }

    /// <summary>Between the two asks that must both find all parts failed.</summary>
    public static TimeSpan SecondLook { get; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public TimeSpan Grace => TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public TimeSpan ResendAfter => _options.RetryFor + TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<CreatedInvoice> CreateInvoiceAsync(
        long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation)
    {
        var create = new ClnCreate(
            amountMsat, Label(preimage.PaymentHash), description, (long)expiry.TotalSeconds, preimage.ToHex());
        var made = await CallAsync("invoice", create, ClnJson.Default.ClnCreate, ClnJson.Default.ClnCreated, cancellation);
        return NodeInvoice.Check(made.Bolt11, amountMsat, preimage);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(
        long cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var wait = Write(new ClnWait(cursor, WaitSeconds), ClnJson.Default.ClnWait);
            var limit = TimeSpan.FromSeconds(WaitSeconds) + _options.RequestTimeout;
            var answer = await _http.SendAsync(HttpMethod.Post, "/v1/waitanyinvoice", wait, limit, cancellation);
            if (!answer.IsOk)
            {
                var error = Read(answer.Body, ClnJson.Default.ClnError);
                if (error.Code == ErrorWaitOver) continue;
                throw new LightningException(Refusal("waitanyinvoice", answer.Status, error));
            }

            var invoice = Read(answer.Body, ClnJson.Default.ClnInvoice);
            if (invoice is not { Status: "paid", PayIndex: { } index, AmountReceivedMsat: { } amount } || index <= cursor
                || !PaymentHash.TryParse(invoice.PaymentHash, out var hash))
                throw new LightningException("CLN told of a payment without its hash, amount or index.");
            cursor = index;
            yield return new IncomingPayment(hash, amount, cursor);
        }
    }

    /// <inheritdoc/>
    public async Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation)
    {
        try
        {
            var found = await CallAsync("listinvoices", new ClnByHash(paymentHash.ToString()), ClnJson.Default.ClnByHash,
                ClnJson.Default.ClnInvoices, cancellation);
            return found.Invoices switch
            {
                [] => new InvoiceStatus.NotFound(),
                [{ Status: "paid", AmountReceivedMsat: { } amount }, ..] => new InvoiceStatus.Paid(amount),
                [{ Status: "unpaid" }, ..] => new InvoiceStatus.Unpaid(),
                [{ Status: "expired" }, ..] => new InvoiceStatus.Expired(),
                [var invoice, ..] => new InvoiceStatus.Unknown($"CLN has it as {invoice.Status}."),
            };
        }
        catch (LightningException e)
        {
            return new InvoiceStatus.Unknown(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<PaymentStatus> PayAsync(
        string request, long? amountMsat, long maxFeeMsat, TimeSpan timeout, CancellationToken cancellation)
    {
        var (hash, amount) = NodeInvoice.Payable(request, amountMsat);
        var seconds = Math.Max(1, Math.Ceiling(Math.Min(timeout.TotalSeconds, _options.RetryFor.TotalSeconds)));
        var send = Write(new ClnSend(request, maxFeeMsat, (int)seconds, amount), ClnJson.Default.ClnSend);
        try
        {
            // It goes on beyond retry_for while a part is on its way; then it is asked about later.
            var limit = TimeSpan.FromSeconds(seconds) + _options.RequestTimeout;
            var answer = await _http.SendAsync(HttpMethod.Post, "/v1/xpay", send, limit, cancellation);
            if (answer.IsOk) return Paid(Read(answer.Body, ClnJson.Default.ClnSent), hash);
            var error = Read(answer.Body, ClnJson.Default.ClnError);
            var said = Refusal("xpay", answer.Status, error);
            if (!IsXpaysOwn(error.Code)) return new PaymentStatus.Unknown(said);
            return Judge(await ReadPaymentsAsync(hash, cancellation), hash) switch
            {
                PaymentStatus.Failed or PaymentStatus.NotFound => new PaymentStatus.Failed(said, PaymentStatus.OfThisCall),
                var status => status,
            };
        }
        catch (LightningException e)
        {
            return new PaymentStatus.Unknown(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation)
    {
        try
        {
            var status = Judge(await ReadPaymentsAsync(paymentHash, cancellation), paymentHash);
            if (status is not PaymentStatus.Failed failed) return status;

            // Its parts swing between pending and failed while xpay still tries: so not before it cannot any more, and not at one look.
            if (_clock.GetUtcNow() < lastSent + ResendAfter) return new PaymentStatus.InFlight(failed.Index);
            await Task.Delay(SecondLook, _clock, cancellation);
            return Judge(await ReadPaymentsAsync(paymentHash, cancellation), paymentHash);
        }
        catch (LightningException e)
        {
            return new PaymentStatus.Unknown(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation)
    {
        var delete = Write(new ClnDelete(Label(paymentHash), "unpaid"), ClnJson.Default.ClnDelete);
        try
        {
            var answer = await _http.SendAsync(HttpMethod.Post, "/v1/delinvoice", delete, _options.RequestTimeout, cancellation);
            if (answer.IsOk) return CancelStatus.Canceled;
        }
        catch (LightningException)
        {
            // It may have been deleted or not: the invoice itself is asked, as after a refusal.
        }

        return NodeInvoice.Canceled(await GetInvoiceAsync(paymentHash, cancellation));
    }

    /// <inheritdoc/>
    public async Task<LightningStatus> StatusAsync(CancellationToken cancellation)
    {
        try
        {
            var nothing = new ClnNothing();
            var info = await CallAsync("getinfo", nothing, ClnJson.Default.ClnNothing, ClnJson.Default.ClnInfo, cancellation);
            var channels = await CallAsync(
                "listpeerchannels", nothing, ClnJson.Default.ClnNothing, ClnJson.Default.ClnChannels, cancellation);
            if (LightningStatus.Prefix(info.Network) is not { } network)
                return new LightningStatus.Unreachable($"CLN is on a network without a name: {info.Network}.");
            var spendable = channels.Channels.Where(c => c.State == "CHANNELD_NORMAL").Sum(c => c.SpendableMsat ?? 0);
            return PublicKey.TryParse(Encoding.UTF8.GetBytes(info.Id), out var node)
                ? new LightningStatus.Reachable(network, node, spendable)
                : new LightningStatus.Unreachable("CLN has no public key.");
        }
        catch (LightningException e)
        {
            return new LightningStatus.Unreachable(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // CLN knows invoices by labels; ours follow from the hash, so that they need not be kept.
    private static string Label(PaymentHash hash) => $"turnpike/{hash}";

    // 200 to 299 are payment errors, -32602 wrong parameters. Others may be of what lies between: a plugin that died (-4), a lost socket.
    private static bool IsXpaysOwn(int? code) => code is (>= 200 and < 300) or WrongParameters;

    private static PaymentStatus Paid(ClnSent sent, PaymentHash hash) =>
        Preimage.TryParse(sent.PaymentPreimage, out var preimage) && preimage.PaymentHash == hash && sent.AmountSentMsat >= sent.AmountMsat
            ? new PaymentStatus.Paid(preimage, sent.AmountSentMsat - sent.AmountMsat, PaymentStatus.OfThisCall)
            : new PaymentStatus.Unknown("CLN says that it is paid, without its preimage or amounts.");

    private Task<ClnPayments> ReadPaymentsAsync(PaymentHash hash, CancellationToken cancellation) =>
        CallAsync("listpays", new ClnByHash(hash.ToString()), ClnJson.Default.ClnByHash, ClnJson.Default.ClnPayments, cancellation);

    /// <summary>Any complete: paid. Any pending: in flight. None: not found. All failed: failed, as of this look.</summary>
    private static PaymentStatus Judge(ClnPayments payments, PaymentHash hash)
    {
        var pays = payments.Pays;
        if (pays.FirstOrDefault(p => p.Status == "complete") is { } paid)
        {
            var fee = paid.AmountSentMsat - paid.AmountMsat;
            if (Preimage.TryParse(paid.Preimage, out var preimage) && preimage.PaymentHash == hash && fee >= 0)
                return new PaymentStatus.Paid(preimage, fee.Value, paid.CreatedIndex);
            return new PaymentStatus.Unknown("CLN says that it is complete, without its preimage or amounts.");
        }

        if (pays.Count == 0) return new PaymentStatus.NotFound();
        if (pays.FirstOrDefault(p => p.Status is not ("pending" or "failed")) is { } strange)
            return new PaymentStatus.Unknown($"CLN has it as {strange.Status}.");
        var index = pays.Max(p => p.CreatedIndex);
        return pays.Any(p => p.Status == "pending")
            ? new PaymentStatus.InFlight(index)
            : new PaymentStatus.Failed("all parts failed", index);
    }

    private static string Refusal(string method, int status, ClnError error) =>
        $"CLN answered {method} with {status}, error {error.Code}: {error.Message}";

    private async Task<TAnswer> CallAsync<TRequest, TAnswer>(string method, TRequest request, JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation)
        where TAnswer : class
    {
        var answer = await _http.SendAsync(
            HttpMethod.Post, $"/v1/{method}", Write(request, requestType), _options.RequestTimeout, cancellation);
        if (answer.IsOk) return Read(answer.Body, answerType);
        throw new LightningException(Refusal(method, answer.Status, Read(answer.Body, ClnJson.Default.ClnError)));
    }
}
