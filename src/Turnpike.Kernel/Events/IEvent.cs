namespace Turnpike.Kernel.Events;

/// <summary>Something that happened, as it is stored. Name and version outlive this version of the program.</summary>
public interface IEvent
{
    /// <summary>The event's stored name: <c>protocol.what_happened</c>. Never changes.</summary>
    static abstract string EventType { get; }

    /// <summary>The form of its JSON, from 1 on; rises when an older reader would misunderstand it.</summary>
    static abstract int EventVersion { get; }
}
