using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>Another node's feed over a store's table, which can be cut off from it.</summary>
internal sealed class AwayNode : IAsyncDisposable
{
    private readonly PostgresFeed _source;
    private int _lost;

    private AwayNode(OwnConnections connections, Feed feed, PostgresFeed source)
    {
        Connections = connections;
        Feed = feed;
        _source = source;
    }

    public OwnConnections Connections { get; }

    public Feed Feed { get; }

    public Memory Memory { get; } = new();

    /// <summary>How often it was told that the place is lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <param name="store">Whose table.</param>
    /// <param name="clock">For pauses after a failure of the subscriber.</param>
    /// <param name="log">Where the feed's messages go.</param>
    /// <param name="failures">How often the subscriber fails to start anew.</param>
    public static async Task<AwayNode> BeginAsync(TestStore store, TimeProvider clock, LogRecorder log, int failures = 0)
    {
        var connections = new OwnConnections(store);
        var place = await PostgresFeed.FindPlaceAsync(connections.OpenAsync, CancellationToken.None);
        var logger = new FeedLogger(log);
        var feed = new Feed(store.Database, place.Position, new(), clock, TestStore.Meters, logger);
        var node = new AwayNode(connections, feed, new(feed, place, connections.OpenAsync, TestStore.Meters, logger));
        feed.Subscribe("", node.Memory.OnEvent, () =>
            Interlocked.Increment(ref node._lost) > failures ? ValueTask.CompletedTask : throw new InvalidOperationException("Not yet."));
        feed.Start();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await Feed.DisposeAsync();
        Connections.Dispose();
    }
}

/// <summary>The recorder, as the feed wants it.</summary>
internal sealed class FeedLogger(LogRecorder log) : ILogger<Feed>
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => log.Log(logLevel, eventId, state, exception, formatter);
}
