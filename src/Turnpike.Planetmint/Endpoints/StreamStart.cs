using Turnpike.Kernel.Sockets;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>What a subscriber asked for and where it begins; joins the topic once the connection is open.</summary>
internal sealed class StreamStart(Topic<BlockChange> topic, StreamParameters parameters, ChainPosition after)
{
    public void Join(SocketSession session) =>
        topic.Join(session, StreamEncodings.Of(parameters), after.Value, parameters.CaughtUp ? WriteCaughtUp : null);

    private static void WriteCaughtUp(long head, FrameWriter frames)
    {
        frames.Begin(head);
        StreamMessages.WriteCaughtUp(frames, new ChainPosition(head).Height);
        frames.End();
    }
}
