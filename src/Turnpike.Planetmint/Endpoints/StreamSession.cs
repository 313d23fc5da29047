using Turnpike.Kernel.Sockets;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>A subscriber. What it sends is dropped unread.</summary>
internal sealed class StreamSession(StreamStart start) : SocketSession
{
    /// <inheritdoc/>
    protected override bool Discards => true;

    /// <inheritdoc/>
    protected override void OnOpen() => start.Join(this);

    /// <inheritdoc/>
    protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => ValueTask.CompletedTask;
}
