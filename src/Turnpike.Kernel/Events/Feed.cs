using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Hands committed events to the parts of this node that subscribed: in the order of their positions, after the commit and only then,
/// each event once to each subscriber, one at a time. A subscriber that is slow delays nobody: it is a cursor over the event table,
/// whose newest rows are held in memory.
/// </summary>
public sealed class Feed : IAsyncDisposable
{
    private readonly IDatabase _database;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly FeedTail _tail;
    private readonly long _start;
    private readonly FeedMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private FeedSubscriber[] _subscribers = [];
    private Task[] _running = [];
    private bool _started;
    private int _disposed;

    internal Feed(IDatabase database, long head, EventOptions options, TimeProvider clock, IMeterFactory meters, ILogger<Feed> log)
    {
        _database = database;
        _clock = clock;
        _log = log;
        _start = head;
        _tail = new(head, options.TailEvents, options.TailBytes);
        _metrics = new(meters, () => _tail.Head - Slowest);
    }

    /// <summary>Committed events that the slowest subscriber has not been handed yet.</summary>
    public long Lag => _tail.Head - Slowest;

    /// <summary>The newest position that was published, or the one at which the store was opened.</summary>
    internal long Head => _tail.Head;

    /// <summary>The position that every subscriber has passed; the head where there is none. Retention stays behind it.</summary>
    internal long Slowest => Volatile.Read(ref _subscribers) is { Length: > 0 } all ? all.Min(s => s.Position) : _tail.Head;

    /// <summary>Subscribes to all topics that begin with a prefix, from the moment on that the store was opened.</summary>
    /// <param name="topicPrefix">Compared code unit by code unit; ends with <c>/</c> where a whole name is meant; empty for all.</param>
    /// <param name="handler">What it throws is logged and counted; the event counts as handed over.</param>
    /// <exception cref="InvalidOperationException">The feed has started: subscriptions belong to the composition.</exception>
    public void Subscribe(string topicPrefix, Func<CommittedEvent, ValueTask> handler)
    {
        if (_started) throw new InvalidOperationException("The feed has started; subscribe before.");
        Volatile.Write(ref _subscribers, [.. _subscribers, new(topicPrefix, handler, _start, _metrics, _log)]);
    }

    /// <summary>Subscribes handlers by the type of the event; an event without one is skipped and counted.</summary>
    /// <inheritdoc cref="Subscribe(string, Func{CommittedEvent, ValueTask})"/>
    public void Subscribe(string topicPrefix, EventDispatch handlers) => Subscribe(topicPrefix, e =>
    {
        if (handlers.Find(e) is { } handler) return handler(e);
        _metrics.Skipped();
        return ValueTask.CompletedTask;
    });

    /// <summary>Starts to hand over, beginning with the first event committed since the store was opened.</summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start()
    {
        if (_started) throw new InvalidOperationException("The feed has been started before.");
        _started = true;
        _running = [.. _subscribers.Select(s => RunAsync(s))];
    }

    /// <summary>Stops handing over; waits for the handlers that are running.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        _stop.Dispose();
    }

    /// <summary>Takes a commit's events; never waits. Called by the store alone, in the order of commits.</summary>
    internal void Publish(List<CommittedEvent> events)
    {
        if (events.Count == 0) return;
        _tail.Append(events);
        _metrics.Published(events.Count);
        foreach (var subscriber in Volatile.Read(ref _subscribers)) subscriber.Wake();
    }

    private async Task RunAsync(FeedSubscriber subscriber)
    {
        try
        {
            await subscriber.RunAsync(_tail, _database, _clock, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The orderly end.
        }
    }
}
