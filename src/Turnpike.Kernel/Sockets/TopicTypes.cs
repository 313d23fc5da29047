namespace Turnpike.Kernel.Sockets;

/// <summary>Something that events are found by: a kind and a value, such as <c>asset_id</c> and its hash.</summary>
/// <param name="Kind">What it is; a constant of the protocol.</param>
/// <param name="Value">Which one.</param>
public readonly record struct TopicKey(string Kind, string Value);

/// <summary>One committed batch of a topic's events, such as a block. Immutable.</summary>
public interface IChange
{
    /// <summary>The offset of its first event in the topic's own order. Offsets rise; they need not be without gaps.</summary>
    long First { get; }

    /// <summary>The offset of its last event.</summary>
    long Last { get; }

    /// <summary>How many events it has.</summary>
    int Count { get; }

    /// <summary>Everything that one of its events is found by, each once.</summary>
    IReadOnlyCollection<TopicKey> Keys { get; }
}

/// <summary>
/// How a group of subscribers wants a topic's changes: dialect and filter. Encodings that are equal (by value: make them records over
/// values) are one group, for which a change is encoded once.
/// </summary>
/// <typeparam name="TChange">The topic's changes.</typeparam>
public interface IEncoding<TChange>
{
    /// <summary>
    /// A change is encoded only if at least one of them is among its keys; empty for every change. Where subscriptions have addresses,
    /// their own keys count instead.
    /// </summary>
    IReadOnlyList<TopicKey> Keys { get; }

    /// <summary>
    /// Writes the messages for the events with an offset greater than <paramref name="after"/>; may write none. Called under a lock:
    /// quick and without calls elsewhere. What it throws is logged and closes the group's sessions with 1011.
    /// </summary>
    /// <param name="change">The change.</param>
    /// <param name="after">What the subscriber has already.</param>
    /// <param name="frames">Takes the messages; each carries the offset of its (last) event, and offsets rise.</param>
    void Encode(TChange change, long after, FrameWriter frames);
}

/// <summary>What a topic with a log can give a reader that is behind.</summary>
/// <typeparam name="TChange">The topic's changes.</typeparam>
public interface ITopicLog<TChange>
{
    /// <summary>The changes whose last event is after the offset, in order, at most so many.</summary>
    /// <param name="after">The offset.</param>
    /// <param name="keys">Changes without any of them may be left out; empty for all.</param>
    /// <param name="maxChanges">How many, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Empty if no such change follows in the log.</returns>
    ValueTask<IReadOnlyList<TChange>> ReadAsync(long after, IReadOnlyList<TopicKey> keys, int maxChanges, CancellationToken cancellation);

    /// <summary>How a client goes on after the offset, such as <c>after=…</c>; part of the reason of a close with 1013.</summary>
    /// <param name="encoding">What the client reads: what it calls its place may depend on it.</param>
    /// <param name="offset">The last offset that it was given.</param>
    /// <param name="cancellation">Ends the wait.</param>
    ValueTask<string> ResumeHintAsync(IEncoding<TChange> encoding, long offset, CancellationToken cancellation);
}
