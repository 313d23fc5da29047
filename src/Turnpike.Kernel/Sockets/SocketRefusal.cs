using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Turnpike.Kernel.Sockets;

/// <summary>Why a handshake was refused, and how that is answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">The error.</param>
/// <param name="RetryAfter">When it makes sense to try again, in whole seconds; null if that does not help.</param>
public sealed record SocketRefusal(int Status, ProtocolError Error, TimeSpan? RetryAfter = null)
{
    /// <summary><c>{"status":n,"message":"…"}</c></summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("status"u8, Status);
        json.WriteString("message"u8, Error.Message);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>A request that should have been an upgrade.</summary>
    public static SocketRefusal UpgradeRequired { get; } =
        Of(426, "upgrade_required", "This is a WebSocket: connect with an upgrade request");

    internal static SocketRefusal WrongVersion { get; } = Of(426, "websocket_version", "Sec-WebSocket-Version must be 13");

    internal static SocketRefusal BadKey { get; } = Of(400, "websocket_key", "Sec-WebSocket-Key must be 16 bytes in base64");

    internal static SocketRefusal NoConnectionToken { get; } = Of(400, "connection_header", "Connection must contain the token Upgrade");

    internal static SocketRefusal ForeignOrigin { get; } = Of(403, "origin", "Pages of this origin may not connect");

    internal static SocketRefusal TooManySockets { get; } = Of(503, "too_many_sockets", "The server has as many sockets as it takes", 5);

    internal static SocketRefusal TooManyOfAddress { get; } =
        Of(503, "too_many_of_address", "This address has as many sockets as it may have", 5);

    internal static SocketRefusal TooFast { get; } = Of(429, "too_many_handshakes", "This address makes handshakes too fast", 1);

    internal static SocketRefusal ShuttingDown { get; } = Of(503, "shutting_down", "The server shuts down", 5);

    internal static SocketRefusal OurFault { get; } = Of(500, "internal_error", "Internal error");

    internal async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        var response = http.Response;
        response.StatusCode = Status;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (Status == StatusCodes.Status426UpgradeRequired)
        {
            response.Headers.Upgrade = "websocket";
            response.Headers.Connection = "Upgrade, keep-alive";      // without the second Kestrel would close
            response.Headers.SecWebSocketVersion = "13";
        }
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static SocketRefusal Of(int status, string name, string message, int? retrySeconds = null) =>
        new(status, new ProtocolError(status, name, message), retrySeconds is { } s ? TimeSpan.FromSeconds(s) : null);
}
