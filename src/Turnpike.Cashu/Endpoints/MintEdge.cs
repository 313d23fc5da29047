using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// The edge of the mint's routes: pages of every origin may use them, as nothing in them depends on cookies; and whatever goes wrong within
/// is logged once and answered as wallets expect it.
/// </summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
internal sealed class MintEdge(RequestDelegate next, ILogger<MintEdge> logger)
{
    /// <summary>Marks the routes.</summary>
    public static readonly object Marked = new Marker();

    private static readonly ProtocolError s_noRoute = CashuErrors.Malformed("There is no such endpoint");

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<Marker>() is null)
        {
            await next(http);
            return;
        }

        http.Response.Headers.AccessControlAllowOrigin = "*";
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException exception) when (!http.Response.HasStarted)
        {
            await Answer.ErrorAsync(http, CashuErrors.Malformed(exception.Message));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer, and nothing has gone wrong.
        }
#pragma warning disable CA1031 // the edge: whatever it is must become an answer and one line in the log
        catch (Exception exception) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            logger.RequestFailed(exception, http.Request.Method, http.Request.Path);
            if (exception is StorageUnavailableException) http.Response.Headers.RetryAfter = "1";
            await Answer.ErrorAsync(http, CashuErrors.Internal);
        }
    }

    /// <summary>What no other route takes: preflights; methods and paths that there are not.</summary>
    public static Task OtherwiseAsync(HttpContext http)
    {
        if (!HttpMethods.IsOptions(http.Request.Method)) return Answer.ErrorAsync(http, s_noRoute, StatusCodes.Status404NotFound);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        http.Response.Headers.AccessControlAllowHeaders = "*";
        http.Response.Headers.AccessControlMaxAge = "86400";
        return Task.CompletedTask;
    }

    /// <summary>Minting or melting by a method that is not configured.</summary>
    public static Task OtherMethodAsync(HttpContext http) => HttpMethods.IsOptions(http.Request.Method)
        ? OtherwiseAsync(http)
        : Answer.ErrorAsync(http, CashuErrors.UnitNotSupported((string)http.Request.RouteValues["method"]!));

    private sealed class Marker;
}
