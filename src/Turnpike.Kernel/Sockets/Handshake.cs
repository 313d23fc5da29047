namespace Turnpike.Kernel.Sockets;

/// <summary>The answer to a handshake.</summary>
public sealed class Handshake
{
    private Handshake(SocketSession? session, string? subprotocol, SocketRefusal? refusal)
    {
        Session = session;
        Subprotocol = subprotocol;
        Refusal = refusal;
    }

    /// <summary>The session, if the handshake is accepted.</summary>
    public SocketSession? Session { get; }

    /// <summary>The subprotocol that was chosen; null for none.</summary>
    public string? Subprotocol { get; }

    /// <summary>Why not, otherwise.</summary>
    public SocketRefusal? Refusal { get; }

    /// <summary>Takes the connection into a new session.</summary>
    /// <param name="session">One of its own for each connection.</param>
    /// <param name="subprotocol">One that the client offered (clients fail on any other), or null.</param>
    public static Handshake Accept(SocketSession session, string? subprotocol = null) => new(session, subprotocol, null);

    /// <summary>Refuses; the path's HTTP endpoint writes the answer.</summary>
    /// <param name="error">Its code is the status if it is one of 400 to 599; otherwise the status is 400.</param>
    public static Handshake Refuse(ProtocolError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(null, null, new SocketRefusal(error.Code is >= 400 and <= 599 ? error.Code : 400, error));
    }

    internal static Handshake Refuse(SocketRefusal refusal) => new(null, null, refusal);
}
