using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>
/// A typed client of one mint: its HTTP API and its socket. Keeps no ecash (that is <see cref="CashuWallet"/>'s) and is safe for use from
/// many threads. What the mint refuses is a value with the mint's code.
/// </summary>
/// <remarks>docs/specs/cashu.md 3 and 5. Uses HTTP and WebSocket only, nothing of the server's.</remarks>
public sealed partial class CashuClient : IDisposable
{
    private readonly CashuClientOptions _options;
    private readonly MintHttp _http;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="options">Where the mint is.</param>
    public CashuClient(CashuClientOptions options)
    {
        _options = options;
        _http = new MintHttp(options);
    }

    /// <summary>The mint's address.</summary>
    public Uri Mint => _options.Mint;

    /// <summary>What the mint says of itself.</summary>
    /// <exception cref="CashuClientException">There is no mint.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<MintInfo> GetInfoAsync(CancellationToken cancellation) =>
        new(Require(await _http.GetAsync("v1/info", ClientJson.Default.InfoModel, cancellation)));

    /// <summary>All keysets of the mint, without their keys; those of versions that are not known here are left out.</summary>
    /// <exception cref="CashuClientException">There is no mint.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<IReadOnlyList<Keyset>> GetKeysetsAsync(CancellationToken cancellation) =>
        Known(Require(await _http.GetAsync("v1/keysets", ClientJson.Default.KeysetsModel, cancellation)));

    /// <summary>A keyset with its keys, which have been compared with its id.</summary>
    /// <param name="id">A full id.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The keyset; or 12001.</returns>
    /// <exception cref="CashuClientException">The keys are not of the id.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<Keyset>> GetKeysetAsync(KeysetId id, CancellationToken cancellation)
    {
        var answer = await _http.GetAsync($"v1/keys/{id}", ClientJson.Default.KeysetsModel, cancellation);
        if (!answer.TryGet(out var model, out var error)) return error;
        return Known(model).FirstOrDefault(k => k.Id == id && k.Keys.Count > 0)
            ?? throw new CashuClientException($"The mint was asked for the keyset {id} and answered another");
    }

    /// <summary>Asks for an invoice to mint against.</summary>
    /// <param name="request">Amount, unit, and so on.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The quote; or 11006, 11013, 20003, 20009.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<MintQuoteStatus>> CreateMintQuoteAsync(MintQuoteRequest request, CancellationToken cancellation) =>
        Quote(await _http.PostAsync("v1/mint/quote/bolt11", Body(json =>
        {
            json.WriteNumber("amount"u8, request.Amount);
            json.WriteString("unit"u8, request.Unit);
            if (request.Description is { } description) json.WriteString("description"u8, description);
            if (request.Pubkey is { } pubkey) json.WriteString("pubkey"u8, pubkey);
        }), ClientJson.Default.MintQuoteModel, cancellation));

    /// <summary>A mint quote as it is now; or 20000.</summary>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<MintQuoteStatus>> GetMintQuoteAsync(QuoteId id, CancellationToken cancellation) =>
        Quote(await _http.GetAsync(
            $"v1/mint/quote/bolt11/{Uri.EscapeDataString(id.Value)}", ClientJson.Default.MintQuoteModel, cancellation));

    /// <summary>Asks what it takes to have an invoice paid.</summary>
    /// <param name="request">The invoice and the unit.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The quote; or 10000, 11006, 11011, 11012, 11013, 20003, 20006, 20007.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<MeltQuoteStatus>> CreateMeltQuoteAsync(MeltQuoteRequest request, CancellationToken cancellation) =>
        Quote(await _http.PostAsync("v1/melt/quote/bolt11", Body(json =>
        {
            json.WriteString("request"u8, request.Request);
            json.WriteString("unit"u8, request.Unit);
            if (request.AmountlessMsat is not { } msat) return;
            json.WriteStartObject("options"u8);
            json.WriteStartObject("amountless"u8);
            json.WriteNumber("amount_msat"u8, msat);
            json.WriteEndObject();
            json.WriteEndObject();
        }), ClientJson.Default.MeltQuoteModel, cancellation));

    /// <summary>A melt quote as it is now; or 20000.</summary>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<MeltQuoteStatus>> GetMeltQuoteAsync(QuoteId id, CancellationToken cancellation) =>
        Quote(await _http.GetAsync(
            $"v1/melt/quote/bolt11/{Uri.EscapeDataString(id.Value)}", ClientJson.Default.MeltQuoteModel, cancellation));

    /// <summary>Whether proofs can be spent.</summary>
    /// <param name="ys">Their points; at most 1000 with the limits of this server.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>One for each, in this order; or 11014.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<IReadOnlyList<ProofStatus>>> CheckStateAsync(IReadOnlyList<PublicKey> ys, CancellationToken cancellation)
    {
        var answer = await _http.PostAsync("v1/checkstate", Body(json =>
        {
            json.WriteStartArray("Ys"u8);
            foreach (var y in ys) json.WriteStringValue(y.ToString());
            json.WriteEndArray();
        }), ClientJson.Default.StatesModel, cancellation);
        if (!answer.TryGet(out var model, out var error)) return error;
        IReadOnlyList<ProofStatus> states = [.. model.States.Select(SignatureReading.Read)];
        return states.Select(s => s.Y).SequenceEqual(ys)
            ? Result.Ok(states)
            : throw new CashuClientException("The mint was asked for the state of proofs and answered others");
    }

    /// <summary>Which of these outputs the mint has signed, and its signatures.</summary>
    /// <param name="outputs">Of any amount.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>By B_; or 11015.</returns>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<IReadOnlyDictionary<PublicKey, BlindSignature>>> RestoreAsync(
        IReadOnlyList<BlindedMessage> outputs, CancellationToken cancellation)
    {
        var body = Body(json => OutputJson.WriteList(json, "outputs"u8, outputs));
        var answer = await _http.PostAsync("v1/restore", body, ClientJson.Default.RestoredModel, cancellation);
        if (!answer.TryGet(out var model, out var error)) return error;
        var signatures = SignatureReading.Read(model.Signatures);
        if (signatures.Count != model.Outputs.Count) throw new CashuClientException("The mint restored outputs without signatures");
        var restored = new Dictionary<PublicKey, BlindSignature>();
        foreach (var (output, signature) in model.Outputs.Zip(signatures))
        {
            if (!PublicKey.TryParse(output.B, out var point))
                throw new CashuClientException("The mint restored an output that is no point");
            restored[point] = signature;
        }

        return Result.Ok<IReadOnlyDictionary<PublicKey, BlindSignature>>(restored);
    }

    /// <summary>
    /// Pays an invoice of the mint as somebody elsewhere would. Only a server with the simulated Lightning node has this.
    /// </summary>
    /// <param name="request">The invoice.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<bool>> PayInDevelopmentAsync(string request, CancellationToken cancellation)
    {
        var body = Body(json => json.WriteString("request"u8, request));
        var answer = await _http.PostAsync("dev/cashu/pay", body, ClientJson.Default.DevPaymentModel, cancellation);
        return answer.TryGet(out var model, out var error)
            ? model.State == "PAID"
            : error;
    }

    /// <summary>
    /// An invoice of a simulated node elsewhere, to be paid by melting. Only a server with the simulated Lightning node has this.
    /// </summary>
    /// <param name="sat">How much.</param>
    /// <param name="description">Also asks the simulated node to do what seldom happens: see docs/cashu.md.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<Result<string>> CreateInvoiceInDevelopmentAsync(ulong sat, string description, CancellationToken cancellation)
    {
        var body = Body(json =>
        {
            json.WriteNumber("amount"u8, sat);
            json.WriteString("description"u8, description);
        });
        var answer = await _http.PostAsync("dev/cashu/invoice", body, ClientJson.Default.DevInvoiceModel, cancellation);
        return answer.TryGet(out var model, out var error) ? model.Request : error;
    }

    /// <summary>Ends the HTTP connections. Subscriptions that are being read go on until their reader leaves.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends outputs to be signed; the body was made, and kept, beforehand.</summary>
    internal async Task<Result<IReadOnlyList<BlindSignature>>> SignAsync(
        string path, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        (await _http.PostAsync(path, body, ClientJson.Default.SignaturesModel, cancellation)).TryGet(out var model, out var error)
            ? Result.Ok(SignatureReading.Read(model.Signatures))
            : error;

    /// <summary>Sends a melt; the body was made, and kept, beforehand.</summary>
    internal async Task<Result<MeltQuoteStatus>> MeltAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        Quote(await _http.PostAsync("v1/melt/bolt11", body, ClientJson.Default.MeltQuoteModel, cancellation, _options.MeltTimeout));

    /// <summary>The body of a request: an object.</summary>
    internal static byte[] Body(Action<Utf8JsonWriter> members)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using (var to = new JsonOutput(body))
        {
            to.Json.WriteStartObject();
            members(to.Json);
            to.Json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    private static IReadOnlyList<Keyset> Known(KeysetsModel model) => [.. model.Keysets.Select(SignatureReading.Read).OfType<Keyset>()];

    private static T Require<T>(Result<T> answer) =>
        answer.TryGet(out var value, out var error) ? value : throw new CashuClientException($"The mint refused: {error.Message}");

    private static Result<MintQuoteStatus> Quote(Result<MintQuoteModel> answer) =>
        answer.TryGet(out var model, out var error) ? MintQuoteStatus.Of(model) : error;

    private static Result<MeltQuoteStatus> Quote(Result<MeltQuoteModel> answer) =>
        answer.TryGet(out var model, out var error) ? MeltQuoteStatus.Of(model) : error;
}
