using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// What of WebSockets reaches the HTTP layer: refusals, which it writes; upgrades on connections that have carried another request
/// before, which it takes into the same session; and requests that are no upgrades.
/// </summary>
internal sealed class HttpSockets(SocketGate gate)
{
    public async Task HandleAsync(HttpContext http, WebSocketRoute route, RequestDelegate? plain)
    {
        if (!route.HasPort(http.Connection.LocalPort))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (!HandshakeRules.IsUpgrade(name => HeaderOf(http, name)))
        {
            if (plain is not null) await plain(http);
            else await RefuseAsync(http, route, SocketRefusal.UpgradeRequired);
            return;
        }
        if (http.Features.Get<PendingRefusal>()?.Take() is { } refusal)
        {
            await RefuseAsync(http, route, refusal);
            return;
        }
        await UpgradeAsync(http, route);
    }

    /// <summary>The client's address, by the same rules as for WebSockets.</summary>
    public IPAddress AddressOf(HttpContext http)
    {
        var peer = TrustedProxies.Plain(http.Connection.RemoteIpAddress ?? IPAddress.None);
        return gate.Server.Proxies.ClientOf(peer, HeaderOf(http, "X-Forwarded-For"));
    }

    private async Task UpgradeAsync(HttpContext http, WebSocketRoute route)
    {
        var request = RequestOf(http);
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            await RefuseAsync(http, route, HandshakeRules.Check(request, gate.Server.Options) ?? SocketRefusal.UpgradeRequired);
            return;
        }
        var handshake = await gate.DecideAsync(request, route.Endpoint, http.RequestAborted);
        if (handshake.Session is not { } session)
        {
            await RefuseAsync(http, route, handshake.Refusal!);
            return;
        }
        gate.Begin(session, FrameFormat.WebSocket);
        try
        {
            var headers = http.Response.Headers;
            headers.Upgrade = "websocket";
            headers.SecWebSocketAccept = HandshakeRules.Accept(request.Header("Sec-WebSocket-Key")!);
            if (handshake.Subprotocol is { } subprotocol) headers.SecWebSocketProtocol = subprotocol;
            var stream = await upgrade.UpgradeAsync();
            session.Open(new PipeSink(PipeWriter.Create(stream, new(leaveOpen: true)), http.Abort));
            await session.PumpAsync(PipeReader.Create(stream, new(leaveOpen: true, useZeroByteReads: true)));
        }
        finally
        {
            gate.End(session);
        }
    }

    private static Task RefuseAsync(HttpContext http, WebSocketRoute route, SocketRefusal refusal) =>
        refusal.WriteAsync(http, route.Endpoint.WriteRefusal(refusal));

    private UpgradeRequest RequestOf(HttpContext http)
    {
        var peer = TrustedProxies.Plain(http.Connection.RemoteIpAddress ?? IPAddress.None);
        var secure = gate.Server.Proxies.Trusts(peer) && HeaderOf(http, "X-Forwarded-Proto") is { } scheme
            ? scheme is "https" or "wss"
            : http.Features.Get<ITlsHandshakeFeature>() is not null;
        return new UpgradeRequest(http.Request.Path.Value ?? "", http.Request.QueryString.Value ?? "", secure, name => HeaderOf(http, name))
        {
            RouteValues = http.Request.RouteValues,
            RemoteAddress = AddressOf(http),
            LocalPort = http.Connection.LocalPort,
        };
    }

    private static string? HeaderOf(HttpContext http, string name)
    {
        var values = http.Request.Headers[name];
        return values.Count == 0 ? null : string.Join(", ", values.ToArray());
    }
}
