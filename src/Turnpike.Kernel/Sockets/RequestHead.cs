using System.Text;

namespace Turnpike.Kernel.Sockets;

/// <summary>What the first bytes of a connection are.</summary>
internal enum HeadKind
{
    /// <summary>Too little to tell.</summary>
    NeedMore,

    /// <summary>For the HTTP layer: another method, path or version, no upgrade, or nothing that we understand.</summary>
    NotOurs,

    /// <summary>A whole head of an upgrade request for a registered path.</summary>
    Upgrade,
}

/// <summary>The head of a request, read just far enough. Whatever is odd is left to the HTTP layer, which knows what to say.</summary>
/// <param name="Length">Of the head with its empty line, in bytes.</param>
/// <param name="Path">Decoded.</param>
/// <param name="QueryString">As it came, with its question mark.</param>
/// <param name="Headers">By name, without regard to case.</param>
/// <remarks>RFC 9112, 3 and 5.</remarks>
internal sealed record RequestHead(int Length, string Path, string QueryString, Dictionary<string, string> Headers)
{
    /// <summary>Looks at what has come so far.</summary>
    /// <param name="bytes">From the connection's first byte on.</param>
    /// <param name="isOurs">Whether a decoded path is registered; asked as soon as the request line is there.</param>
    /// <param name="head">The head, if it is an upgrade.</param>
    public static HeadKind Look(ReadOnlySpan<byte> bytes, Func<string, bool> isOurs, out RequestHead? head)
    {
        head = null;
        var start = "GET /"u8;
        var common = Math.Min(bytes.Length, start.Length);
        if (!bytes[..common].SequenceEqual(start[..common])) return HeadKind.NotOurs;
        var lineEnd = bytes.IndexOf("\r\n"u8);
        if (lineEnd < 0) return HeadKind.NeedMore;
        if (!TryReadLine(bytes[..lineEnd], out var path, out var query) || !isOurs(path)) return HeadKind.NotOurs;
        var end = bytes[lineEnd..].IndexOf("\r\n\r\n"u8);
        if (end < 0) return HeadKind.NeedMore;
        if (ReadHeaders(bytes[(lineEnd + 2)..(lineEnd + end + 2)]) is not { } headers || !IsBare(headers)) return HeadKind.NotOurs;
        head = new RequestHead(lineEnd + end + 4, path, query, headers);
        return HeadKind.Upgrade;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out string path, out string query)
    {
        path = query = "";
        var version = " HTTP/1.1"u8;
        if (!line.EndsWith(version)) return false;
        var target = line["GET "u8.Length..^version.Length];
        if (target.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E) || target.Contains((byte)'#')) return false;
        var mark = target.IndexOf((byte)'?');
        query = mark < 0 ? "" : Encoding.ASCII.GetString(target[mark..]);
        path = Uri.UnescapeDataString(Encoding.ASCII.GetString(mark < 0 ? target : target[..mark]));
        return true;
    }

    private static Dictionary<string, string>? ReadHeaders(ReadOnlySpan<byte> lines)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf("\r\n"u8);
            var line = lines[..end];
            lines = lines[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAny(" \t"u8) || line.ContainsAny((byte)'\r', (byte)'\n', (byte)0)) return null;
            var name = Encoding.Latin1.GetString(line[..colon]);
            var value = Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8));
            headers[name] = headers.TryGetValue(name, out var before) ? $"{before}, {value}" : value;
        }
        return headers;
    }

    /// <summary>An upgrade without a body: what follows the head are frames.</summary>
    private static bool IsBare(Dictionary<string, string> headers) =>
        HandshakeRules.IsUpgrade(name => headers.GetValueOrDefault(name))
        && !headers.ContainsKey("Transfer-Encoding") && headers.GetValueOrDefault("Content-Length") is null or "0";
}
