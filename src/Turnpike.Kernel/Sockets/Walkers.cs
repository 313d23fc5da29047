namespace Turnpike.Kernel.Sockets;

/// <summary>The walkers of a server, and how far publishers may be ahead of them.</summary>
internal sealed class Walkers : IDisposable
{
    private readonly Walker[] _walkers;
    private readonly Lock _lock = new();
    private readonly long _window, _resume;
    private TaskCompletionSource? _room;
    private long _ahead;
    private int _next;

    public Walkers(SocketOptions options)
    {
        _window = options.PublishAheadEvents;
        _resume = _window - (_window / 4);      // else the publisher would be woken for each event
        var count = options.Walkers > 0 ? options.Walkers : Math.Max(1, Environment.ProcessorCount / 2);
        _walkers = [.. Enumerable.Range(0, count).Select(i => new Walker($"turnpike-walker-{i}"))];
    }

    /// <summary>A walker for a new session; it keeps it.</summary>
    public Walker Next() => _walkers[(uint)Interlocked.Increment(ref _next) % (uint)_walkers.Length];

    /// <summary>Counts events as published and not yet handed over.</summary>
    public Publication Publish(int events)
    {
        lock (_lock) _ahead += events;
        return new Publication(this, events);
    }

    /// <summary>So many events were given to everyone whom they concern.</summary>
    public void HandedOver(int events)
    {
        TaskCompletionSource? room = null;
        lock (_lock)
        {
            _ahead -= events;
            if (_ahead <= _resume) (room, _room) = (_room, null);
        }
        room?.SetResult();
    }

    /// <summary>
    /// Waits while more events than the window are not handed over. Walkers never wait for a client, so this is a wait for work of
    /// ours, of milliseconds; without it a fast publisher leaves everyone behind, and merging is no better beyond the window.
    /// </summary>
    public ValueTask WhenRoomAsync()
    {
        lock (_lock)
        {
            if (_ahead <= _window) return ValueTask.CompletedTask;
            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    public void Dispose()
    {
        foreach (var walker in _walkers) walker.Dispose();
    }
}
