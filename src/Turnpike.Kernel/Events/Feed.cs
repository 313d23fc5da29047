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
        _tail = new(head, options.TailEvents, options.TailBytes);
        _metrics = new(meters, () => _tail.Head - Slowest);
    }

    /// <summary>Committed events that the slowest subscriber has not been handed yet.</summary>
    public long Lag => _tail.Head - Slowest;

    /// <summary>
    /// How long this node has been behind the table, as far as it can tell: since it waits for a commit in flight before it hands over
    /// what came after, or since it last reached the database. Nothing where commits are handed over by the process that made them.
    /// </summary>
    public TimeSpan Delay => Source?.Delay ?? TimeSpan.Zero;

    /// <summary>Who brings the events, where they come from other nodes too.</summary>
    internal PostgresFeed? Source { get; set; }

    /// <summary>
    /// The settled position: every event up to it that will ever exist has been handed to this feed, and any snapshot begun since sees it.
    /// </summary>
    internal long Head => _tail.Head;

    /// <summary>The position that every subscriber has passed; the head where there is none. Retention stays behind it.</summary>
    internal long Slowest => Volatile.Read(ref _subscribers) is { Length: > 0 } all ? all.Min(s => s.Position) : _tail.Head;

    /// <summary>Subscribes to all topics that begin with a prefix, from the moment on that the store was opened.</summary>
    /// <param name="topicPrefix">Compared code unit by code unit; ends with <c>/</c> where a whole name is meant; empty for all.</param>
    /// <param name="handler">What it throws is logged and counted; the event counts as handed over.</param>
    /// <param name="onPlaceLost">
    /// Called between two events when this node has lost its place: it was away for longer than events are kept, or the database has lost
    /// commits. Unknown events are missing from what was handed over; the next one is committed after this call began. So: read the
    /// state anew, and send the clients away that rely on what they were sent (<see cref="Sockets.Hub.PlaceLost"/>). What it throws is
    /// logged, and it is called again. Null if nothing is kept.
    /// </param>
    /// <exception cref="InvalidOperationException">The feed has started: subscriptions belong to the composition.</exception>
    public void Subscribe(string topicPrefix, Func<CommittedEvent, ValueTask> handler, Func<ValueTask>? onPlaceLost = null)
    {
        if (_started) throw new InvalidOperationException("The feed has started; subscribe before.");
        var subscriber = new FeedSubscriber(new(topicPrefix, handler, onPlaceLost), _tail, _database, _metrics, _clock, _log);
        Volatile.Write(ref _subscribers, [.. _subscribers, subscriber]);
    }

    /// <summary>Subscribes handlers by the type of the event; an event without one is skipped and counted.</summary>
    /// <inheritdoc cref="Subscribe(string, Func{CommittedEvent, ValueTask}, Func{ValueTask})"/>
    public void Subscribe(string topicPrefix, EventDispatch handlers, Func<ValueTask>? onPlaceLost = null)
    {
        Subscribe(topicPrefix, HandleAsync, onPlaceLost);

        ValueTask HandleAsync(CommittedEvent e)
        {
            if (handlers.Find(e) is { } handler) return handler(e);
            _metrics.Skipped();
            return ValueTask.CompletedTask;
        }
    }

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

    /// <summary>Goes on after another position; subscribers are told before they get the next event.</summary>
    internal void StartAnew(long position)
    {
        _tail.StartAnew(position);
        foreach (var subscriber in Volatile.Read(ref _subscribers)) subscriber.Wake();
    }

    private async Task RunAsync(FeedSubscriber subscriber)
    {
        try
        {
            await subscriber.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The orderly end.
        }
    }
}
