using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Bodies, looked at where they were received.</summary>
/// <remarks>docs/specs/cashu.md 5 and 12.</remarks>
internal static class RequestBody
{
    /// <summary>Reads a whole body, hands it over, and gives it back once it is answered.</summary>
    /// <param name="http">The request.</param>
    /// <param name="maxBytes">More is refused with 10000.</param>
    /// <param name="answer">Answers; the body is good until it returns.</param>
    public static async Task UseAsync(HttpContext http, int maxBytes, Func<ReadOnlyMemory<byte>, Task> answer)
    {
        // The server's own limit would answer 413, which wallets do not understand.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        var input = http.Request.BodyReader;
        var body = await ReadAsync(input, maxBytes);
        try
        {
            if (body.Length > maxBytes) await Answer.ErrorAsync(http, CashuErrors.Malformed($"The body has more than {maxBytes} bytes"));
            else await answer(body.IsSingleSegment ? body.First : body.ToArray());
        }
        finally
        {
            input.AdvanceTo(body.End);
        }
    }

    private static async Task<ReadOnlySequence<byte>> ReadAsync(PipeReader input, int maxBytes)
    {
        while (true)
        {
            // Without a token: the server ends the read itself when the client leaves, a token would leave it half done.
            var read = await input.ReadAsync(CancellationToken.None);
            if (read.IsCompleted || read.Buffer.Length > maxBytes) return read.Buffer;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
