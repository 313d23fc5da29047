using System.Diagnostics.Metrics;

namespace Turnpike.Kernel.Sockets;

/// <summary>What the sockets report.</summary>
internal sealed class SocketMetrics
{
    private readonly Counter<long> _closed, _refused;

    public SocketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Turnpike.Kernel");
        Open = meter.CreateUpDownCounter<long>("turnpike.sockets.open", "{socket}", "WebSockets and event streams that are open.");
        FramesSent = meter.CreateCounter<long>("turnpike.sockets.frames.sent", "{frame}", "Messages put into outboxes.");
        FramesReceived = meter.CreateCounter<long>("turnpike.sockets.frames.received", "{frame}", "Messages and control frames read.");
        BytesSent = meter.CreateCounter<long>("turnpike.sockets.bytes.sent", "By", "Bytes handed to the system.");
        BytesReceived = meter.CreateCounter<long>("turnpike.sockets.bytes.received", "By", "Bytes read.");
        OutboxFull = meter.CreateCounter<long>("turnpike.sockets.outbox.overflows", "{overflow}", "Times that an outbox had no room.");
        Replays = meter.CreateCounter<long>("turnpike.sockets.replays", "{replay}",
            "Times that a subscription read its log, at its start or after an overflow.");
        _closed = meter.CreateCounter<long>("turnpike.sockets.closed", "{socket}", "Sessions that ended, by close code and side.");
        _refused = meter.CreateCounter<long>("turnpike.sockets.handshakes.refused", "{handshake}", "Handshakes refused, by reason.");
    }

    public UpDownCounter<long> Open { get; }

    public Counter<long> FramesSent { get; }

    public Counter<long> FramesReceived { get; }

    public Counter<long> BytesSent { get; }

    public Counter<long> BytesReceived { get; }

    public Counter<long> OutboxFull { get; }

    public Counter<long> Replays { get; }

    /// <summary>
    /// Counts an end; codes of the applications' range count as one, so that a client cannot make as many series as it likes.
    /// </summary>
    public void Closed(CloseStatus status) => _closed.Add(1,
        new("code", status.Code >= 3000 ? "application" : status.Code),
        new("by", status.ByPeer ? "peer" : "us"));

    /// <param name="reason">The error's name.</param>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("result", reason));
}
