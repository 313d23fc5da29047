using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Client;

/// <summary>
/// What a mint's operator asks and does, over <c>/admin/cashu/*</c>: from the server's own machine, with the token that each start writes
/// anew. Nothing is repeated by itself.
/// </summary>
/// <remarks>docs/specs/cashu.md 13. Every method throws what <see cref="GetKeysetsAsync"/> throws.</remarks>
public sealed class MintAdmin : IDisposable
{
    // An audit reads all of the mint's tables.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    private readonly Uri _server;
    private readonly HttpClient _http;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    /// <param name="server">The server's address on this machine.</param>
    /// <param name="token">What its token file says.</param>
    public MintAdmin(Uri server, string token)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = server, Timeout = s_patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>All keysets, the oldest first.</summary>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    /// <exception cref="CashuClientException">The server has another token, or no mint.</exception>
    public async Task<Result<IReadOnlyList<AdminKeyset>>> GetKeysetsAsync(CancellationToken cancellation) =>
        Keysets(await SendAsync("keysets", null, AdminJson.Default.AdminKeysetsModel, cancellation));

    /// <summary>Ends a unit's active keysets and makes new ones.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inputFeePpk">The new ones' fee; null for that of the configuration.</param>
    /// <param name="finalExpiry">From when on nothing of them is taken, unix seconds; null for never.</param>
    /// <param name="cancellation">Gives up; it may have been done.</param>
    /// <returns>Those that are active now; or 10000, 11013.</returns>
    public async Task<Result<IReadOnlyList<AdminKeyset>>> RotateAsync(
        string unit, int? inputFeePpk, long? finalExpiry, CancellationToken cancellation) =>
        Keysets(await SendAsync("rotate", json =>
        {
            json.WriteString("unit"u8, unit);
            if (inputFeePpk is { } fee) json.WriteNumber("input_fee_ppk"u8, fee);
            if (finalExpiry is { } expiry) json.WriteNumber("final_expiry"u8, expiry);
        }, AdminJson.Default.AdminKeysetsModel, cancellation));

    /// <summary>Audits all books, now.</summary>
    public Task<Result<AdminAudit>> AuditAsync(CancellationToken cancellation) =>
        SendAsync("audit", null, AdminJson.Default.AdminAudit, cancellation);

    /// <summary>Payments of which the outcome is not known, the oldest first; at most 1000.</summary>
    public async Task<Result<IReadOnlyList<AdminPayment>>> GetOpenPaymentsAsync(CancellationToken cancellation) =>
        (await SendAsync("payments", null, AdminJson.Default.AdminPaymentsModel, cancellation)).TryGet(out var model, out var error)
            ? Result.Ok(model.Payments)
            : error;

    /// <summary>A melt with its attempts; or 20000.</summary>
    public async Task<Result<AdminMelt>> GetMeltAsync(string quote, CancellationToken cancellation) =>
        (await SendAsync(PathOf(quote), null, AdminJson.Default.AdminMeltModel, cancellation)).TryGet(out var model, out var error)
            ? new AdminMelt(MeltQuoteStatus.Of(model.Quote), model.Quote.Unit ?? "", model.Payments)
            : error;

    /// <summary>Has the node asked about a melt now.</summary>
    /// <returns>False if nothing of it is open; or 20000.</returns>
    public async Task<Result<bool>> RetryAsync(string quote, CancellationToken cancellation) =>
        Done(await SendAsync(PathOf(quote) + "/retry", static _ => { }, AdminJson.Default.AdminDoneModel, cancellation));

    /// <summary>Decides that a melt was paid, which the node does not know any more.</summary>
    /// <param name="quote">The melt quote.</param>
    /// <param name="preimage">The proof.</param>
    /// <param name="feeMsat">What Lightning took, msat.</param>
    /// <param name="cancellation">Gives up; it may have been done.</param>
    /// <returns>False if nothing of it is open; or 20000.</returns>
    public async Task<Result<bool>> ResolvePaidAsync(string quote, Scalar preimage, long feeMsat, CancellationToken cancellation) =>
        Done(await SendAsync(PathOf(quote) + "/resolve", json =>
        {
            json.WriteString("outcome"u8, "paid");
            json.WriteString("payment_preimage"u8, preimage.ToString());
            json.WriteNumber("fee_msat"u8, feeMsat);
        }, AdminJson.Default.AdminDoneModel, cancellation));

    /// <summary>Decides that a melt was not paid and never will be.</summary>
    /// <returns>False if nothing of it is open; or 20000.</returns>
    public async Task<Result<bool>> ResolveFailedAsync(string quote, CancellationToken cancellation) =>
        Done(await SendAsync(PathOf(quote) + "/resolve", static json => json.WriteString("outcome"u8, "failed"),
            AdminJson.Default.AdminDoneModel, cancellation));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string PathOf(string quote) => "melt/" + Uri.EscapeDataString(quote);

    private static Result<IReadOnlyList<AdminKeyset>> Keysets(Result<AdminKeysetsModel> result) =>
        result.TryGet(out var model, out var error) ? Result.Ok(model.Keysets) : error;

    private static Result<bool> Done(Result<AdminDoneModel> result) => result.TryGet(out var model, out var error) ? model.Done : error;

    /// <summary>GET; or POST, where there is something to write.</summary>
    private async Task<Result<T>> SendAsync<T>(
        string path, Action<Utf8JsonWriter>? write, JsonTypeInfo<T> json, CancellationToken cancellation) where T : class
    {
        using var request = new HttpRequestMessage(write is null ? HttpMethod.Get : HttpMethod.Post, "/admin/cashu/" + path);
        if (write is not null) request.Content = new ReadOnlyMemoryContent(Body(write));
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => Read(body, json),
                HttpStatusCode.BadRequest when Read(body, ClientJson.Default.ErrorModel) is var error =>
                    new ProtocolError(error.Code, "refused", error.Detail),
                HttpStatusCode.Unauthorized => throw new CashuClientException(
                    $"The server at {_server} does not take this token; each start of a server writes another one"),
                var status => throw new CashuClientException($"The server at {_server} answered {(int)status}: has it a mint?"),
            };
        }
        catch (HttpRequestException error)
        {
            throw new HttpRequestException($"No server answers at {_server}: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"The server at {_server} did not answer within {s_patience.TotalMinutes} minutes", error);
        }
    }

    private T Read<T>(byte[] body, JsonTypeInfo<T> json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, json) ?? throw new CashuClientException($"The server at {_server} answered null");
        }
        catch (JsonException error)
        {
            throw new CashuClientException($"The answer of the server at {_server} is not what it should be: {error.Message}", error);
        }
    }

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
