using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Turnpike.Kernel;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>Writes the answers of the HTTP API.</summary>
internal static class Answer
{
    private const string Json = "application/json";

    /// <summary>A body that is JSON already.</summary>
    public static async Task JsonAsync(HttpContext http, ReadOnlyMemory<byte> body, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>A refusal; its code is the status.</summary>
    public static Task ErrorAsync(HttpContext http, ProtocolError error)
    {
        var body = new ArrayBufferWriter<byte>(256);
        ErrorJson.Write(body, error);
        if (error.Code == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";
        return JsonAsync(http, body.WrittenMemory, error.Code);
    }

    /// <summary>An array of any length, sent page by page: neither it nor a reader of the store lives at the client's pace.</summary>
    /// <param name="http">The request.</param>
    /// <param name="pages">Each a run of JSON values.</param>
    /// <param name="before">JSON text that the array is the end of.</param>
    /// <param name="behind">What closes that text.</param>
    public static async Task ArrayAsync(
        HttpContext http, IAsyncEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> pages, string before = "", string behind = "")
    {
        http.Response.ContentType = Json;
        var output = http.Response.BodyWriter;
        Encoding.ASCII.GetBytes(before, output);
        output.Write("["u8);
        var isFirst = true;
        await foreach (var page in pages.WithCancellation(http.RequestAborted))
        {
            foreach (var value in page)
            {
                if (!isFirst) output.Write(","u8);
                isFirst = false;
                output.Write(value.Span);
            }

            await output.FlushAsync(http.RequestAborted);
        }

        output.Write("]"u8);
        Encoding.ASCII.GetBytes(behind, output);
        await output.FlushAsync(http.RequestAborted);
    }
}
