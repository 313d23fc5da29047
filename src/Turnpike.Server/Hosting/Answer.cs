using System.Text.Json;

namespace Turnpike.Server.Hosting;

/// <summary>The host's own answers: <c>{"message":"…","status":N}</c>.</summary>
internal static class Answer
{
    /// <summary>Writes the answer, unless one has begun.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string message)
    {
        if (context.Response.HasStarted) return;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("message", message);
        json.WriteNumber("status", status);
        json.WriteEndObject();
    }
}
