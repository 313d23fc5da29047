namespace Turnpike.Kernel.Sockets;

/// <summary>Makes topics. Subscribers of a topic with the same encoding form a group, for which each change is encoded once.</summary>
public sealed class Hub
{
    private readonly SocketServer _server;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _names = [];

    internal Hub(SocketServer server) => _server = server;

    /// <summary>
    /// For who is told by the feed that this node lost its place: closes all its sockets with 1012, so that their clients come back and
    /// resume. Topics are put to their new heads first.
    /// </summary>
    public void PlaceLost() => _server.ForEach(session => session.Close(CloseCodes.ServiceRestart, "this node lost its place; resume"));

    /// <summary>Makes a topic; at composition time, before anyone publishes to it.</summary>
    /// <param name="name">For the log; each once.</param>
    /// <param name="log">From which readers that are behind are served; null if there is none: then a reader that is too slow is closed
    /// with 1013.</param>
    /// <param name="head">The offset of the last event that the log holds at the start.</param>
    public Topic<TChange> Topic<TChange>(string name, ITopicLog<TChange>? log = null, long head = 0)
        where TChange : class, IChange
    {
        lock (_lock)
            if (!_names.Add(name)) throw new ArgumentException($"There is a topic '{name}' already.", nameof(name));
        return new Topic<TChange>(_server, name, log, head);
    }
}
