using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Sockets;

/// <summary>A committed event as a change of a topic: found by its own topic, placed by its position.</summary>
/// <param name="event">The event.</param>
public sealed class EventChange(CommittedEvent @event) : IChange
{
    private const string Kind = "topic";

    /// <summary>The event.</summary>
    public CommittedEvent Event => @event;

    /// <inheritdoc/>
    public long First => @event.Position;

    /// <inheritdoc/>
    public long Last => @event.Position;

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicKey> Keys => field ??= [KeyOf(@event.Topic)];

    /// <summary>By what the events of a topic are found.</summary>
    /// <param name="topic">The whole topic.</param>
    public static TopicKey KeyOf(string topic) => new(Kind, topic);
}
