using System.Buffers;
using Microsoft.AspNetCore.Http;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Writes the answers of the HTTP API.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
internal static class Answer
{
    /// <summary>A body that is JSON already.</summary>
    public static async Task JsonAsync(HttpContext http, ReadOnlyMemory<byte> body, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>A body that is written now.</summary>
    /// <param name="http">The request.</param>
    /// <param name="size">About how many bytes it will have.</param>
    /// <param name="write">Writes it.</param>
    public static Task JsonAsync(HttpContext http, int size, Action<IBufferWriter<byte>> write)
    {
        var body = new ArrayBufferWriter<byte>(size);
        write(body);
        return JsonAsync(http, body.WrittenMemory);
    }

    /// <summary>A refusal: 400 with detail and code, which is how wallets know that it is the protocol's; 500 for our own faults.</summary>
    /// <param name="http">The request.</param>
    /// <param name="error">What is refused.</param>
    /// <param name="status">Another status than the error's.</param>
    public static Task ErrorAsync(HttpContext http, ProtocolError error, int? status = null)
    {
        var body = new ArrayBufferWriter<byte>(256);
        ErrorMessage.Write(body, error);
        return JsonAsync(http, body.WrittenMemory, status ?? ErrorMessage.Status(error));
    }

    /// <summary>An answer that clients may keep and ask about by its tag.</summary>
    public static Task PreparedAsync(HttpContext http, PreparedAnswer answer)
    {
        http.Response.Headers.ETag = answer.ETag;
        http.Response.Headers.CacheControl = "no-cache";
        if (!http.Request.Headers.IfNoneMatch.Any(tags => tags is not null && Matches(tags, answer.ETag)))
            return JsonAsync(http, answer.Body);
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    private static bool Matches(string tags, string tag) =>
        tags.Split(',', StringSplitOptions.TrimEntries).Any(t => t == "*" || t == tag || t == "W/" + tag);
}
