using System.Runtime.CompilerServices;
using System.Text;
using Turnpike.Kernel.Crypto;
using static Turnpike.Cashu.Backends.NodeJson;

namespace Turnpike.Cashu.Backends;

/// <summary>An LND node, through its REST interface (0.18 or later).</summary>
/// <remarks>docs/specs/cashu.md 9.3. Tested against stand-ins that speak these bodies; untested against a live node.</remarks>
internal sealed class LndLightning : ILightning, IDisposable
{
    private const int GrpcNotFound = 5;

    // LND counts its own timeout from when it begins; the answer comes after that.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    private readonly LndOptions _options;
    private readonly NodeHttp _http;

    /// <summary>Reads the macaroon; opens no connection yet.</summary>
    /// <param name="options">Valid ones.</param>
    /// <param name="clock">Measures the time limits.</param>
    /// <exception cref="LightningException">The macaroon cannot be read.</exception>
    public LndLightning(LndOptions options, TimeProvider clock)
    {
        _options = options;
        var macaroon = NodeKey.ReadMacaroon(options.MacaroonFile);
        _http = new NodeHttp(options.Url, options.CertFile, ("Grpc-Metadata-macaroon", macaroon), clock);
    }

    /// <inheritdoc/>
    public TimeSpan Grace => TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public TimeSpan ResendAfter => TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task<CreatedInvoice> CreateInvoiceAsync(
        long amountMsat, string description, TimeSpan expiry, Preimage preimage, CancellationToken cancellation)
    {
        var create = new LndCreate(
            amountMsat, description, (long)expiry.TotalSeconds, _options.PrivateRouteHints, preimage.Span.ToArray());
        var answer = await PostAsync("/v1/invoices", Write(create, LndJson.Default.LndCreate), cancellation);
        if (!answer.IsOk) throw new LightningException($"LND made no invoice: {Refusal(answer)}");
        var made = Read(answer.Body, LndJson.Default.LndCreated);
        return NodeInvoice.Check(made.PaymentRequest, amountMsat, preimage);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IncomingPayment> IncomingPaymentsAsync(
        long cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var path = string.Create(null, $"/v1/invoices/subscribe?settle_index={cursor}");
        await using var stream = await _http.OpenAsync(HttpMethod.Get, path, null, Timeout.InfiniteTimeSpan, cancellation);
        while (await stream.ReadLineAsync() is { } line)
        {
            var read = Read(line, LndJson.Default.InvoiceLine);
            if (read.Result is not { } invoice) throw new LightningException($"LND's invoices ended: {read.ErrorMessage}");
            if (invoice.State != "SETTLED") continue; // new ones are told of too
            if (!PaymentHash.TryRead(invoice.RHash, out var hash) || invoice.SettleIndex < 1)
                throw new LightningException("LND told of a payment without its hash or index.");
            yield return new IncomingPayment(hash, invoice.AmtPaidMsat, invoice.SettleIndex);
        }

        throw new LightningException("LND ended the stream of invoices.");
    }

    /// <inheritdoc/>
    public async Task<InvoiceStatus> GetInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation)
    {
        try
        {
            var answer = await _http.SendAsync(HttpMethod.Get, $"/v1/invoice/{paymentHash}", null, _options.RequestTimeout, cancellation);
            if (!answer.IsOk)
            {
                var error = Read(answer.Body, LndJson.Default.LndError);
                return IsNotFound(error.Code, error.Message) ? new InvoiceStatus.NotFound() : new InvoiceStatus.Unknown(Refusal(answer));
            }

            var invoice = Read(answer.Body, LndJson.Default.LndInvoice);
            return invoice.State switch
            {
                "OPEN" or "ACCEPTED" => new InvoiceStatus.Unpaid(),
                "SETTLED" => new InvoiceStatus.Paid(invoice.AmtPaidMsat),
                "CANCELED" => new InvoiceStatus.Expired(),
                _ => new InvoiceStatus.Unknown($"LND has it as {invoice.State}."),
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
        var seconds = (int)Math.Max(1, Math.Ceiling(timeout.TotalSeconds));
        var send = new LndSend(request, maxFeeMsat, seconds, NoInflightUpdates: false, amount);
        try
        {
            await using var stream = await _http.OpenAsync(HttpMethod.Post, "/v2/router/send", Write(send, LndJson.Default.LndSend),
                TimeSpan.FromSeconds(seconds) + s_margin, cancellation);
            while (await stream.ReadLineAsync() is { } line)
            {
                // An error, even an immediate one, may come after the payment was prepared, which runs on.
                var read = Read(line, LndJson.Default.PaymentLine);
                if (read.Result is not { } payment) return new PaymentStatus.Unknown($"LND answered: {read.ErrorMessage}");
                if (Status(payment, hash) is var status and not PaymentStatus.InFlight) return status;
            }

            return new PaymentStatus.Unknown("LND ended the stream before the payment.");
        }
        catch (LightningException e)
        {
            return new PaymentStatus.Unknown(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<PaymentStatus> GetPaymentAsync(PaymentHash paymentHash, DateTimeOffset? lastSent, CancellationToken cancellation)
    {
        // With padding: LND's decoder refuses base64 without.
        var hash = Convert.ToBase64String(paymentHash.Span).Replace('+', '-').Replace('/', '_');
        try
        {
            await using var stream = await _http.OpenAsync(
                HttpMethod.Get, $"/v2/router/track/{hash}", null, _options.RequestTimeout, cancellation);
            if (await stream.ReadLineAsync() is not { } line) return new PaymentStatus.Unknown("LND answered nothing.");
            var read = Read(line, LndJson.Default.PaymentLine);
            if (read.Result is { } payment) return Status(payment, paymentHash);
            return IsNotFound(read.ErrorCode, read.ErrorMessage)
                ? new PaymentStatus.NotFound()
                : new PaymentStatus.Unknown($"LND answered: {read.ErrorMessage}");
        }
        catch (LightningException e)
        {
            return new PaymentStatus.Unknown(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task<CancelStatus> CancelInvoiceAsync(PaymentHash paymentHash, CancellationToken cancellation)
    {
        var cancel = Write(new LndCancel(paymentHash.Span.ToArray()), LndJson.Default.LndCancel);
        try
        {
            if ((await PostAsync("/v2/invoices/cancel", cancel, cancellation)).IsOk) return CancelStatus.Canceled;
        }
        catch (LightningException)
        {
            // It may have been canceled or not: the invoice itself is asked, as after a refusal.
        }

        return NodeInvoice.Canceled(await GetInvoiceAsync(paymentHash, cancellation));
    }

    /// <inheritdoc/>
    public async Task<LightningStatus> StatusAsync(CancellationToken cancellation)
    {
        try
        {
            var info = Read(await GetAsync("/v1/getinfo", cancellation), LndJson.Default.LndInfo);
            var balance = Read(await GetAsync("/v1/balance/channels", cancellation), LndJson.Default.LndBalance);
            if (info.Chains is not [var chain, ..] || LightningStatus.Prefix(chain.Network) is not { } network)
                return new LightningStatus.Unreachable("LND is on a network without a name.");
            return PublicKey.TryParse(Encoding.UTF8.GetBytes(info.IdentityPubkey), out var node)
                ? new LightningStatus.Reachable(network, node, balance.LocalBalance.Msat)
                : new LightningStatus.Unreachable("LND has no public key.");
        }
        catch (LightningException e)
        {
            return new LightningStatus.Unreachable(e.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static PaymentStatus Status(LndPayment payment, PaymentHash hash) => payment.Status switch
    {
        "IN_FLIGHT" or "INITIATED" => new PaymentStatus.InFlight(payment.PaymentIndex),
        "FAILED" => new PaymentStatus.Failed(payment.FailureReason ?? "no reason given", payment.PaymentIndex),
        // While there is none it is all zeros; only the right one proves anything.
        "SUCCEEDED" => Preimage.TryParse(payment.PaymentPreimage, out var preimage) && preimage.PaymentHash == hash
            ? new PaymentStatus.Paid(preimage, payment.FeeMsat, payment.PaymentIndex)
            : new PaymentStatus.Unknown("LND says that it succeeded, without its preimage."),
        _ => new PaymentStatus.Unknown($"LND has it as {payment.Status}."),
    };

    // "Not Found" alone is the gateway's word for a path that is not there, not LND's for a payment.
    private static bool IsNotFound(int? code, string? message) => code == GrpcNotFound && message != "Not Found";

    private static string Refusal(NodeAnswer answer)
    {
        var message = Read(answer.Body, LndJson.Default.LndError).Message;
        return $"LND answered {answer.Status}: {message}";
    }

    private Task<NodeAnswer> PostAsync(string path, byte[] json, CancellationToken cancellation) =>
        _http.SendAsync(HttpMethod.Post, path, json, _options.RequestTimeout, cancellation);

    private async Task<ReadOnlyMemory<byte>> GetAsync(string path, CancellationToken cancellation)
    {
        var answer = await _http.SendAsync(HttpMethod.Get, path, null, _options.RequestTimeout, cancellation);
        return answer.IsOk ? answer.Body : throw new LightningException(Refusal(answer));
    }
}
