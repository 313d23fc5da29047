using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Turnpike.Planetmint.Backends;

/// <summary>The answer to a post, to be passed back as it is.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body's bytes; not empty.</param>
/// <param name="ContentType">The body's media type, mostly <c>application/json</c>.</param>
internal sealed record UpstreamAnswer(int Status, ReadOnlyMemory<byte> Body, string ContentType = UpstreamAnswer.Json)
{
    /// <summary>The media type of JSON.</summary>
    public const string Json = "application/json";

    // Apostrophes and the like stay readable; the body is served as JSON, never inside HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An error in the shape of this API: <c>{"message":"…","status":…}</c>.</summary>
    public static UpstreamAnswer Refused(int status, string message)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            json.WriteString("message"u8, message);
            json.WriteNumber("status"u8, status);
            json.WriteEndObject();
        }

        return new UpstreamAnswer(status, body.WrittenMemory);
    }
}
