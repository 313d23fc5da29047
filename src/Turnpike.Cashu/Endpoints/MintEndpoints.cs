using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/v1/mint/…/bolt11</c>: quotes, and their ecash.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
internal sealed class MintEndpoints(QuoteBook book, Issuance issuance, IOptions<CashuOptions> options, Operations operations)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary><c>POST /v1/mint/quote/bolt11</c>.</summary>
    public Task CreateQuoteAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        if (!MintMessages.ReadQuoteRequest(body).TryGet(out var request, out var error)) await Answer.ErrorAsync(http, error);
        else if ((await book.CreateAsync(request, http.RequestAborted)).TryGet(out var quote, out error)) await WriteAsync(http, quote);
        else await Answer.ErrorAsync(http, error);
    });

    /// <summary><c>GET /v1/mint/quote/bolt11/{id}</c>.</summary>
    public async Task GetQuoteAsync(HttpContext http)
    {
        if (!QuoteId.TryParse((string)http.Request.RouteValues["id"]!, out var id)) await Answer.ErrorAsync(http, CashuErrors.QuoteUnknown);
        else if ((await book.ReadAsync(id, http.RequestAborted)).TryGet(out var quote, out var error)) await WriteAsync(http, quote);
        else await Answer.ErrorAsync(http, error);
    }

    /// <summary><c>POST /v1/mint/quote/bolt11/check</c>.</summary>
    public Task CheckQuotesAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        if (!MintMessages.ReadCheck(body, _limits).TryGet(out var ids, out var error)) await Answer.ErrorAsync(http, error);
        else if ((await book.ReadAsync(ids, http.RequestAborted)).TryGet(out var quotes, out error))
            await Answer.JsonAsync(http, 1024 * quotes.Count, to => MintMessages.WriteQuotes(to, quotes));
        else await Answer.ErrorAsync(http, error);
    });

    /// <summary><c>POST /v1/mint/bolt11</c>.</summary>
    public Task MintAsync(HttpContext http) => operations.SignAsync(http, "mint", async body =>
        MintMessages.Read(body, _limits).TryGet(out var request, out var error)
            ? await issuance.MintAsync(RequestKey.OfPost("/v1/mint/bolt11", body.Span), request, http.RequestAborted)
            : error);

    /// <summary><c>POST /v1/mint/bolt11/batch</c>.</summary>
    public Task MintBatchAsync(HttpContext http) => operations.SignAsync(http, "batch", async body =>
        MintMessages.ReadBatch(body, _limits).TryGet(out var request, out var error)
            ? await issuance.MintBatchAsync(RequestKey.OfPost("/v1/mint/bolt11/batch", body.Span), request, http.RequestAborted)
            : error);

    private static Task WriteAsync(HttpContext http, MintQuote quote) =>
        Answer.JsonAsync(http, 1024, to => MintMessages.WriteQuote(to, quote));
}
