using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel.Sockets;

/// <summary>The walkers of a server, and how far publishers may be ahead of them.</summary>
internal sealed class Walkers : IDisposable
{
    private readonly Walker[] _walkers;
    private readonly Lock _lock = new();
    private readonly long _window;
    private TaskCompletionSource? _advanced;
    private long _published;
    private int _next;

    public Walkers(SocketOptions options, ILogger logger)
    {
        _window = options.PublishAheadEvents;
        var count = options.Walkers > 0 ? options.Walkers : Math.Max(1, Environment.ProcessorCount / 2);
        _walkers = [.. Enumerable.Range(0, count).Select(i => new Walker($"turnpike-walker-{i}", Passed, logger))];
    }

    /// <summary>A walker for a new session; it keeps it.</summary>
    public Walker Next() => _walkers[(uint)Interlocked.Increment(ref _next) % (uint)_walkers.Length];

    /// <summary>
    /// Waits while more than the window is published and not yet visited. Walkers never wait for a client, so this is a wait for work
    /// of ours, of milliseconds; without it a fast publisher fills every outbox, and merging is no better beyond the window.
    /// </summary>
    /// <param name="events">How many events were published just now, into outboxes.</param>
    public ValueTask PublishedAsync(int events)
    {
        long published;
        lock (_lock) published = _published += events;
        foreach (var walker in _walkers) walker.Announce(published);
        return IsAhead() ? new ValueTask(WaitAsync()) : ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        foreach (var walker in _walkers) walker.Dispose();
    }

    private bool IsAhead()
    {
        var walked = _walkers.Min(walker => walker.Walked);
        lock (_lock) return _published - walked > _window;
    }

    private async Task WaitAsync()
    {
        while (true)
        {
            Task advanced;
            lock (_lock) advanced = (_advanced ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (!IsAhead()) return;     // looked at after the source was made: no pass between is missed
            await advanced;
        }
    }

    private void Passed()
    {
        TaskCompletionSource? advanced;
        lock (_lock) (advanced, _advanced) = (_advanced, null);
        advanced?.SetResult();
    }
}
