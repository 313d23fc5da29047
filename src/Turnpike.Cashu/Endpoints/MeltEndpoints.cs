using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/v1/melt/…/bolt11</c>: invoices that are paid for ecash.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.5.</remarks>
internal sealed class MeltEndpoints(
    MeltBook book, Melts melts, IOptions<CashuOptions> options, TimeProvider clock, CashuMetrics metrics)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary><c>POST /v1/melt/quote/bolt11</c>.</summary>
    public Task CreateQuoteAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        if (!MeltMessages.ReadQuoteRequest(body).TryGet(out var request, out var error)) await Answer.ErrorAsync(http, error);
        else if ((await book.CreateAsync(request, http.RequestAborted)).TryGet(out var quote, out error))
            await WriteAsync(http, new MeltQuoteView(quote, null));
        else await Answer.ErrorAsync(http, error);
    });

    /// <summary><c>GET /v1/melt/quote/bolt11/{id}</c>.</summary>
    public async Task GetQuoteAsync(HttpContext http)
    {
        if (!QuoteId.TryParse((string)http.Request.RouteValues["id"]!, out var id)) await Answer.ErrorAsync(http, CashuErrors.QuoteUnknown);
        else if ((await book.ReadAsync(id, http.RequestAborted)).TryGet(out var answer, out var error)) await WriteAsync(http, answer);
        else await Answer.ErrorAsync(http, error);
    }

    /// <summary><c>POST /v1/melt/bolt11</c>: answered when it is decided; PENDING after PayTimeout, or at once where preferred.</summary>
    public Task MeltAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        var begun = clock.GetTimestamp();
        var result = MeltMessages.Read(body, _limits).TryGet(out var request, out var error)
            ? await melts.MeltAsync(RequestKey.OfPost("/v1/melt/bolt11", body.Span), request, http.RequestAborted)
            : (Result<MeltQuoteView>)error;
        metrics.Completed("melt", result.Error?.Name ?? "ok", clock.GetElapsedTime(begun));
        if (result.TryGet(out var answer, out error)) await WriteAsync(http, answer);
        else await Answer.ErrorAsync(http, error);
    });

    private static Task WriteAsync(HttpContext http, MeltQuoteView answer) => Answer.JsonAsync(
        http, 1024 + 420 * (answer.Change?.Count ?? 0), to => MeltMessages.WriteQuote(to, answer.Quote, answer.Change));
}
