using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Routing;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// Stands between Kestrel's connections and its HTTP layer, after TLS. Takes the upgrade requests of registered paths, with 8 kB for an
/// idle socket instead of 13, and hands every other connection on as it came. It sees only a connection's first request; an upgrade on
/// a kept-alive connection is taken by <see cref="HttpSockets"/>.
/// </summary>
internal sealed class SocketMiddleware(ConnectionDelegate next, SocketGate gate, WebSocketRoutes routes)
{
    private readonly SocketOptions _options = gate.Server.Options;

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        // What the handshake needed is garbage by the time that the session waits: the long-lived method holds only the session.
        var (session, handOn) = await AcceptAsync(connection);
        if (session is not null)
        {
            try
            {
                await session.PumpAsync(connection.Transport.Input);
            }
            finally
            {
                gate.End(session);
            }
        }
        else if (handOn)
        {
            await next(connection);
        }
    }

    private async ValueTask<(SocketSession? Session, bool HandOn)> AcceptAsync(ConnectionContext connection)
    {
        var port = (connection.LocalEndPoint as IPEndPoint)?.Port ?? 0;
        var (kind, head) = await LookAsync(connection, port);
        if (head is null) return (null, HandOn: kind == HeadKind.NotOurs);
        var (route, values) = routes.Find(head.Path, port)!.Value;
        var handshake = await gate.DecideAsync(RequestOf(connection, head, values, port), route.Endpoint, connection.ConnectionClosed);
        if (handshake.Session is not { } session)
        {
            connection.Features.Set(new PendingRefusal(handshake.Refusal!));
            return (null, HandOn: true);
        }
        connection.Transport.Input.AdvanceTo(await TakeHeadAsync(connection, head.Length));
        gate.Begin(session, FrameFormat.WebSocket);
        var sink = SinkOf(connection);
        await sink.SendAllAsync(HandshakeRules.Answer(head.Headers["Sec-WebSocket-Key"], handshake.Subprotocol));
        session.Open(sink);     // if the answer could not be sent, so can nothing else, and the session finds out
        return (session, HandOn: false);
    }

    private static async ValueTask<SequencePosition> TakeHeadAsync(ConnectionContext connection, int length)
    {
        var result = await connection.Transport.Input.ReadAsync();      // it is all there: looked at, not taken
        return result.Buffer.GetPosition(length);
    }

    /// <summary>Under TLS there is a socket too, but what is written to it would be plain text within TLS.</summary>
    private static SocketSink SinkOf(ConnectionContext connection)
    {
        var isTls = connection.Features.Get<ITlsHandshakeFeature>() is not null;
        var socket = isTls ? null : connection.Features.Get<IConnectionSocketFeature>()?.Socket;
        return socket is null ? new PipeSink(connection.Transport.Output, connection.Abort) : new DirectSink(socket, connection.Abort);
    }

    /// <summary>Waits for a head that says what to do. Kestrel's own timeout does not run yet, so this has one.</summary>
    private async ValueTask<(HeadKind Kind, RequestHead? Head)> LookAsync(ConnectionContext connection, int port)
    {
        var input = connection.Transport.Input;
        using var timeout = new CancellationTokenSource(_options.HeadTimeout, gate.Server.Clock);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(timeout.Token);
                var kind = Look(result.Buffer, port, out var head);
                var hopeless = result.IsCompleted || result.Buffer.Length >= _options.MaxHeadBytes;
                if (kind == HeadKind.NeedMore && !hopeless)
                {
                    input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                    continue;
                }
                input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
                return (HeadKind.NotOurs, head);        // what is hopeless the HTTP layer refuses in its own words
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            gate.Server.Metrics.Refused("head_timeout");
            gate.Server.Logger.HeadTimedOut(connection.RemoteEndPoint, _options.HeadTimeout.TotalSeconds);
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // A client that leaves before it has said anything is no event.
        }
        return (HeadKind.NeedMore, null);
    }

    private HeadKind Look(in ReadOnlySequence<byte> buffer, int port, out RequestHead? head)
    {
        var seen = buffer.Length > _options.MaxHeadBytes ? buffer.Slice(0, _options.MaxHeadBytes) : buffer;
        var bytes = seen.IsSingleSegment ? seen.FirstSpan : seen.ToArray();
        return RequestHead.Look(bytes, path => routes.Find(path, port) is not null, out head);
    }

    private UpgradeRequest RequestOf(ConnectionContext connection, RequestHead head, RouteValueDictionary values, int port)
    {
        var peer = TrustedProxies.Plain((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
        var proxied = gate.Server.Proxies.Trusts(peer);
        var secure = proxied && head.Headers.TryGetValue("X-Forwarded-Proto", out var scheme)
            ? scheme is "https" or "wss"
            : connection.Features.Get<ITlsHandshakeFeature>() is not null;
        return new UpgradeRequest(head.Path, head.QueryString, secure, name => head.Headers.GetValueOrDefault(name))
        {
            RouteValues = values,
            RemoteAddress = gate.Server.Proxies.ClientOf(peer, head.Headers.GetValueOrDefault("X-Forwarded-For")),
            LocalPort = port,
        };
    }
}
