namespace Turnpike.Kernel.Sockets;

/// <summary>Every handshake goes through here, whichever layer it came from: rules, limits, then the protocol.</summary>
internal sealed class SocketGate(SocketServer server)
{
    public SocketServer Server => server;

    /// <summary>Decides. An accepted session has its place in the limits, which <see cref="End"/> gives back.</summary>
    public async ValueTask<Handshake> DecideAsync(UpgradeRequest request, IWebSocketEndpoint endpoint, CancellationToken cancellation)
    {
        if (server.IsDraining) return Refuse(request, SocketRefusal.ShuttingDown);
        if (HandshakeRules.Check(request, server.Options) is { } wrong) return Refuse(request, wrong);
        var admission = server.TryEnter(request.RemoteAddress);
        if (admission != Admission.Granted) return Refuse(request, RefusalOf(admission));
        Handshake? answer = null;
        try
        {
            answer = await endpoint.OnHandshake(request, cancellation);
            if (answer.Subprotocol is { } chosen && !request.Protocols.Contains(chosen, StringComparer.Ordinal))
                throw new InvalidOperationException($"The subprotocol '{chosen}' was not offered.");
            if (answer.Session is { } session) session.RemoteAddress = request.RemoteAddress;
        }
#pragma warning disable CA1031 // The one place for what a protocol throws in a handshake: logged once, answered with 500.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            answer = null;
            server.Logger.HandshakeFailed(exception, request.Path);
        }
        if (answer?.Session is not null) return answer;
        server.Limits.Leave(request.RemoteAddress);
        return Refuse(request, answer?.Refusal ?? SocketRefusal.OurFault);
    }

    /// <summary>A place for a stream that is no WebSocket, under the same limits; null if it is granted.</summary>
    public SocketRefusal? TryEnter(System.Net.IPAddress address)
    {
        if (server.IsDraining) return SocketRefusal.ShuttingDown;
        var admission = server.TryEnter(address);
        return admission == Admission.Granted ? null : RefusalOf(admission);
    }

    /// <summary>
    /// Begins a session; followed by its answer, <see cref="SocketSession.Open"/> and, whatever happens, <see cref="End"/>.
    /// </summary>
    public void Begin(SocketSession session, FrameFormat format)
    {
        session.Attach(server, format);
        server.Add(session);
        session.Begin();
    }

    /// <summary>The connection is over: gives the session's place back.</summary>
    public void End(SocketSession session)
    {
        session.Abort();        // does nothing after an orderly end
        server.Remove(session);
        server.Limits.Leave(session.RemoteAddress);
        session.Finished();
    }

    private Handshake Refuse(UpgradeRequest request, SocketRefusal refusal)
    {
        server.Metrics.Refused(refusal.Error.Name);
        server.Logger.HandshakeRefused(request.RemoteAddress, request.Path, refusal.Error.Name);
        return Handshake.Refuse(refusal);
    }

    private static SocketRefusal RefusalOf(Admission admission) => admission switch
    {
        Admission.TooFast => SocketRefusal.TooFast,
        Admission.TooManyOfAddress => SocketRefusal.TooManyOfAddress,
        _ => SocketRefusal.TooManySockets,
    };
}
