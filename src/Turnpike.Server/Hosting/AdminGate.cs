using System.Net;

namespace Turnpike.Server.Hosting;

/// <summary>
/// What is in front of <c>/admin</c>: only this machine, and only whoever may read the token's file. The token is made anew at each start;
/// see <see cref="ServerOptions.AdminTokenFile"/>.
/// </summary>
/// <remarks>A request says <c>Authorization: Bearer TOKEN</c>. From elsewhere there is no such route.</remarks>
internal sealed class AdminGate(RequestDelegate next, AdminToken token)
{
    /// <summary>What the gate is in front of.</summary>
    public static readonly PathString Path = "/admin";

    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase)) return next(context);
        if (context.Connection.RemoteIpAddress is not { } from || !IPAddress.IsLoopback(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (token.IsIn(context.Request.Headers.Authorization)) return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Answer.WriteAsync(context, StatusCodes.Status401Unauthorized,
            "Send the token of the file admin-token (Turnpike:Server:AdminTokenFile)");
    }

    /// <summary>The token in a header, without the scheme; null if it has another one.</summary>
    internal static string? TokenOf(string? header) =>
        header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
}
