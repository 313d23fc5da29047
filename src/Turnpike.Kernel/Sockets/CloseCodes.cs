namespace Turnpike.Kernel.Sockets;

/// <summary>Close codes of WebSocket connections and who may write which.</summary>
/// <remarks>RFC 6455, 7.4, and the registry that it opened (1012 to 1014).</remarks>
public static class CloseCodes
{
    /// <summary>The purpose of the connection has been fulfilled.</summary>
    public const int Normal = 1000;

    /// <summary>The server shuts down.</summary>
    public const int GoingAway = 1001;

    /// <summary>The peer broke the framing rules.</summary>
    public const int ProtocolViolation = 1002;

    /// <summary>A kind of data that the endpoint does not take.</summary>
    public const int UnsupportedData = 1003;

    /// <summary>The peer closed without a code. Never on the wire.</summary>
    public const int None = 1005;

    /// <summary>The connection was lost without a close frame. Never on the wire.</summary>
    public const int Lost = 1006;

    /// <summary>Text that is not UTF-8.</summary>
    public const int InvalidText = 1007;

    /// <summary>Too much of what would be allowed in itself.</summary>
    public const int PolicyViolation = 1008;

    /// <summary>A message beyond the limit.</summary>
    public const int TooBig = 1009;

    /// <summary>Our fault.</summary>
    public const int InternalError = 1011;

    /// <summary>Come back: this node lost its place.</summary>
    public const int ServiceRestart = 1012;

    /// <summary>Come back later; here: the reader was too slow.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>The longest reason in a close frame, in bytes of UTF-8.</summary>
    public const int MaxReasonLength = 123;

    /// <summary>Whether a close frame may carry the code: 1000 to 1003, 1007 to 1014, 3000 to 4999.</summary>
    public static bool IsOnWire(int code) => code is >= 1000 and <= 1003 or >= 1007 and <= 1014 or >= 3000 and <= 4999;
}

/// <summary>How a session ended.</summary>
/// <param name="Code">The code of whoever closed first; 1005 if it gave none, 1006 if the connection was lost.</param>
/// <param name="Reason">The reason given with it; may be empty.</param>
/// <param name="ByPeer">True if the peer closed or vanished first.</param>
public readonly record struct CloseStatus(int Code, string Reason, bool ByPeer);
