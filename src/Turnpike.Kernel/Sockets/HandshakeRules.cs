using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Kernel.Sockets;

/// <summary>What makes a request a WebSocket handshake, and its answer. Pure.</summary>
/// <remarks>RFC 6455, 4.2.</remarks>
internal static class HandshakeRules
{
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The members of a comma-separated list.</summary>
    public static IEnumerable<string> Tokens(string? list) =>
        list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether the list has the token, whatever its case.</summary>
    public static bool HasToken(string? list, string token) => Tokens(list).Contains(token, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the request wants to become a WebSocket, correctly or not.</summary>
    public static bool IsUpgrade(Func<string, string?> headers) => HasToken(headers("Upgrade"), "websocket");

    /// <summary>What is wrong with an upgrade request; null if nothing is.</summary>
    public static SocketRefusal? Check(UpgradeRequest request, SocketOptions options)
    {
        if (!HasToken(request.Header("Connection"), "Upgrade")) return SocketRefusal.NoConnectionToken;
        if (request.Header("Sec-WebSocket-Version")?.Trim() != "13") return SocketRefusal.WrongVersion;
        if (!IsKey(request.Header("Sec-WebSocket-Key"))) return SocketRefusal.BadKey;
        if (request.Header("Origin") is { } origin && options.AllowedOrigins.Count > 0
            && !options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)) return SocketRefusal.ForeignOrigin;
        return null;
    }

    /// <summary>The key's proof: base64 of SHA-1 over the key as it came and the RFC's constant.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6455 has it so; it proves an understanding, not an identity.")]
    public static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));

    /// <summary>The whole answer that accepts.</summary>
    public static byte[] Answer(string key, string? subprotocol)
    {
        var protocol = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        return Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Accept: {Accept(key)}\r\n{protocol}\r\n");
    }

    private static bool IsKey(string? key) =>
        key is { Length: 24 } && Base64.IsValid(key, out var length) && length == 16 && !key.Any(char.IsWhiteSpace);
}
