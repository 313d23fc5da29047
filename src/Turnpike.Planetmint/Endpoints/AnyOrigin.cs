using Microsoft.AspNetCore.Http;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>Lets pages of every origin use the API: nothing in it depends on cookies.</summary>
/// <remarks>planetmint.md 1. The framework's CORS answers only requests with an Origin; drivers' proxies cache answers without.</remarks>
internal static class AnyOrigin
{
    /// <summary>Marks the routes.</summary>
    public static readonly object Allowed = new Marker();

    /// <summary>Puts the header on every answer of a marked route.</summary>
    public static Task AllowAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Marker>() is not null) http.Response.Headers.AccessControlAllowOrigin = "*";
        return next(http);
    }

    /// <summary>What no other route takes: preflights, unknown paths, wrong methods.</summary>
    public static Task OtherwiseAsync(HttpContext http)
    {
        if (!HttpMethods.IsOptions(http.Request.Method))
        {
            var isGet = HttpMethods.IsGet(http.Request.Method);
            return Answer.ErrorAsync(http, isGet ? PlanetmintErrors.NotFound : PlanetmintErrors.MethodNotAllowed);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        http.Response.Headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders.Count > 0
            ? http.Request.Headers.AccessControlRequestHeaders
            : "*";
        http.Response.Headers.AccessControlMaxAge = "86400";
        return Task.CompletedTask;
    }

    private sealed class Marker;
}
