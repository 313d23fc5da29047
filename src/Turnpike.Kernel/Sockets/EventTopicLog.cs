using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Sockets;

/// <summary>The event table as the log of a topic.</summary>
/// <param name="events">The table.</param>
/// <param name="prefix">What the topics of the events begin with.</param>
internal sealed class EventTopicLog(EventLog events, string prefix) : ITopicLog<EventChange>
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The events after the offset are gone: the reader was too slow for days.</exception>
    public async ValueTask<IReadOnlyList<EventChange>> ReadAsync(
        long after, IReadOnlyList<TopicKey> keys, int maxChanges, CancellationToken cancellation)
    {
        string[] topics = [.. keys.Select(key => key.Value).Distinct(StringComparer.Ordinal)];
        for (var cursor = Cursor.At(after); ;)
        {
            var read = topics.Length > 0
                ? await events.ReadAsync(topics, cursor, maxChanges, cancellation)
                : await events.ReadAsync(prefix, cursor, maxChanges, cancellation);
            if (!read.TryGet(out var page, out var error)) throw new InvalidOperationException($"{prefix} after {after}: {error.Message}.");
            if (page.Events.Count > 0 || page.IsHead) return [.. page.Events.Select(e => new EventChange(e))];
            cursor = page.Next;
        }
    }

    /// <summary>Clients keep what they were given with each message.</summary>
    public ValueTask<string> ResumeHintAsync(IEncoding<EventChange> encoding, long offset, CancellationToken cancellation) =>
        ValueTask.FromResult("the last cursor");
}
