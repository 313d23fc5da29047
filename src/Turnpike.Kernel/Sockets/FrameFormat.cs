namespace Turnpike.Kernel.Sockets;

/// <summary>How a message is wrapped on its way out.</summary>
public enum FrameFormat
{
    /// <summary>One WebSocket text frame.</summary>
    WebSocket,

    /// <summary>One server-sent event: <c>id:</c> and <c>data:</c> lines.</summary>
    ServerSentEvents,

    /// <summary>Not at all: what sessions on WebSockets share, each behind a beginning of its own (<see cref="Address"/>).</summary>
    Content,
}
