using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Handlers by type and version of the event. What this program does not know, from a newer node or an older version without a handler,
/// is skipped and counted.
/// </summary>
public sealed class EventDispatch
{
    private readonly Dictionary<(string Type, int Version), Func<CommittedEvent, ValueTask>> _handlers = [];

    /// <summary>
    /// Adds a handler for events of a type. For an older version, a record of its own with the same name and that version.
    /// </summary>
    /// <param name="json">From the protocol's source-generated context.</param>
    /// <param name="handler">Takes the event as stored, and what it says.</param>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public EventDispatch On<T>(JsonTypeInfo<T> json, Func<CommittedEvent, T, ValueTask> handler) where T : IEvent
    {
        _handlers.Add((T.EventType, T.EventVersion), e => handler(e,
            JsonSerializer.Deserialize(e.Payload.Span, json) ?? throw new JsonException($"Event {e.Position} is null.")));
        return this;
    }

    /// <summary>The event's handler; null if there is none.</summary>
    internal Func<CommittedEvent, ValueTask>? Find(CommittedEvent e) => _handlers.GetValueOrDefault((e.Type, e.Version));
}
