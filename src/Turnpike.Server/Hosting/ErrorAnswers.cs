using Microsoft.AspNetCore.Connections;
using Turnpike.Kernel.Storage;

namespace Turnpike.Server.Hosting;

/// <summary>The one place where an HTTP request's exception ends: logged once, answered without internals.</summary>
internal sealed class ErrorAnswers(RequestDelegate next, ILogger<ErrorAnswers> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            var status = context.Response.StatusCode;
            if (context.Response is { HasStarted: false, ContentLength: null, ContentType: null } && Text(status) is { } text)
                await Answer.WriteAsync(context, status, text);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer, and nothing has gone wrong.
        }
        catch (ConnectionResetException)
        {
            // The same, while its request was being read.
        }
        catch (BadHttpRequestException e)
        {
            logger.BadRequest(context.Request.Method, context.Request.Path, e.Message);
            // Where the request ends is not known any more, so nothing can be read behind it.
            if (!context.Response.HasStarted) context.Response.Headers.Connection = "close";
            await Answer.WriteAsync(context, e.StatusCode, e.Message);
        }
        catch (StorageUnavailableException e)
        {
            logger.RequestFailed(e, context.Request.Method, context.Request.Path);
            if (!context.Response.HasStarted) context.Response.Headers.RetryAfter = "1";
            await Answer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "The store is not available; try again");
        }
#pragma warning disable CA1031 // the edge of the server: whatever it is must become an answer and one line in the log
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.RequestFailed(e, context.Request.Method, context.Request.Path);
            if (context.Response.HasStarted) context.Abort();
            else await Answer.WriteAsync(context, StatusCodes.Status500InternalServerError, "Internal server error");
        }
    }

    private static string? Text(int status) => status switch
    {
        StatusCodes.Status404NotFound => "Not found",
        StatusCodes.Status405MethodNotAllowed => "Method not allowed",
        StatusCodes.Status415UnsupportedMediaType => "Unsupported media type",
        _ => null,
    };
}
