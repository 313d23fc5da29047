namespace Turnpike.Kernel.Sockets;

/// <summary>The connection feature that carries a refusal from the connection middleware to the HTTP layer; good for one request.</summary>
internal sealed class PendingRefusal(SocketRefusal refusal)
{
    private SocketRefusal? _refusal = refusal;

    public SocketRefusal? Take() => Interlocked.Exchange(ref _refusal, null);
}
