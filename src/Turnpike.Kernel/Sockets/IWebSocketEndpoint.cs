namespace Turnpike.Kernel.Sockets;

/// <summary>What a protocol registers for a path: it answers handshakes with a session or an error.</summary>
public interface IWebSocketEndpoint
{
    /// <summary>Decides over a handshake that is well-formed and within the limits. What it throws is answered with 500.</summary>
    /// <param name="request">The request; not to be kept by the session.</param>
    /// <param name="cancellation">The client has left.</param>
    ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation);

    /// <summary>
    /// The body of an answer that refuses a handshake (status and headers are set). By default <c>{"status":n,"message":"…"}</c>.
    /// </summary>
    /// <param name="refusal">What was refused and why.</param>
    ReadOnlyMemory<byte> WriteRefusal(SocketRefusal refusal) => (refusal ?? throw new ArgumentNullException(nameof(refusal))).ToJson();
}
