using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

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

    /// <summary>
    /// Makes a topic of committed events: each is a change, found by its own topic; the event table is the log. When this node has lost
    /// its place in the feed, all sockets are closed with 1012.
    /// </summary>
    /// <param name="prefix">What the events' topics begin with.</param>
    /// <param name="database">Where they are committed; its feed has not been started.</param>
    public Topic<EventChange> EventTopic(string prefix, IDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var feed = database.Feed;
        var topic = Topic(prefix, new EventTopicLog(new EventLog(database), prefix), feed.Head);
        feed.Subscribe(prefix, committed => topic.PublishAsync(new EventChange(committed)), () =>
        {
            topic.StartAnew(feed.Head);
            PlaceLost();
            return ValueTask.CompletedTask;
        });
        return topic;
    }
}
