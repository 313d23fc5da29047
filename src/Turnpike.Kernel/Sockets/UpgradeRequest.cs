using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Turnpike.Kernel.Sockets;

/// <summary>A request to become a WebSocket, from whichever layer it came.</summary>
public sealed class UpgradeRequest
{
    private readonly Func<string, string?> _headers;

    internal UpgradeRequest(string path, string queryString, bool isSecure, Func<string, string?> headers)
    {
        Path = path;
        QueryString = queryString;
        IsSecure = isSecure;
        _headers = headers;
    }

    /// <summary>The path, decoded.</summary>
    public string Path { get; }

    /// <summary>The query as it came, with its question mark; empty if there is none. May hold a token: not for logs.</summary>
    public string QueryString { get; }

    /// <summary>The query's parameters, decoded; names are compared without regard to case.</summary>
    public IReadOnlyDictionary<string, StringValues> Query => field ??= QueryHelpers.ParseQuery(QueryString);

    /// <summary>What the path's pattern found in it.</summary>
    public RouteValueDictionary RouteValues { get; internal init; } = [];

    /// <summary>The Host header.</summary>
    public string Host => Header("Host") ?? "";

    /// <summary>Whether the client uses TLS, with us or with a trusted proxy.</summary>
    public bool IsSecure { get; }

    /// <summary><c>ws</c> or <c>wss</c>.</summary>
    public string Scheme => IsSecure ? "wss" : "ws";

    /// <summary>The client's address; behind a trusted proxy what that says it is.</summary>
    public IPAddress RemoteAddress { get; internal init; } = IPAddress.None;

    /// <summary>The port that the client reached us on.</summary>
    public int LocalPort { get; internal init; }

    /// <summary>The subprotocols offered, in the client's order.</summary>
    public IReadOnlyList<string> Protocols => field ??= [.. HandshakeRules.Tokens(Header("Sec-WebSocket-Protocol"))];

    /// <summary>A header's value, several joined by commas; null if absent.</summary>
    /// <param name="name">Compared without regard to case.</param>
    public string? Header(string name) => _headers(name);
}
