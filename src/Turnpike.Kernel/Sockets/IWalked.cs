namespace Turnpike.Kernel.Sockets;

/// <summary>What a walker visits. In its queue once at most; it sees to that itself.</summary>
internal interface IWalked
{
    /// <summary>Sends a share of what waits. Does not throw for what one session's connection or protocol does.</summary>
    /// <param name="scratch">The walker's, of <see cref="Walker.ScratchLength"/>, for the time of the call.</param>
    /// <returns>True if there is more: it is visited again after the others.</returns>
    bool Walk(byte[] scratch);
}
