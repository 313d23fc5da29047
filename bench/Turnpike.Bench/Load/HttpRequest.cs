using System.Globalization;
using System.Text;

namespace Turnpike.Bench.Load;

/// <summary>Requests as bytes that only need to be sent.</summary>
internal static class HttpRequest
{
    /// <summary>A POST of JSON on a connection that is kept.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body)
    {
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
