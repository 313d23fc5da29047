namespace Turnpike.Server.Hosting;

/// <summary>Answers 404 to all but streams and health on the listener of streams.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="paths">Path prefixes that are served there.</param>
internal sealed class StreamListenerFilter(RequestDelegate next, IReadOnlyList<PathString> paths)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Listener>() is { IsStream: true } && !paths.Any(p => context.Request.Path.StartsWithSegments(p)))
        {
            context.SetEndpoint(null);
            return Answer.WriteAsync(context, StatusCodes.Status404NotFound, "Only event streams and health are served on this port.");
        }

        return next(context);
    }
}
