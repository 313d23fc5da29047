using System.Buffers;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel.Sockets;

/// <summary>All sessions of the process, and what they share: limits, clock, walkers, metrics.</summary>
internal sealed class SocketServer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SocketSession> _sessions = [];
    private readonly TimeProvider _clock;
    private readonly long _start;
    private TaskCompletionSource? _empty;
    private bool _draining;

    public SocketServer(SocketOptions options, TimeProvider clock, SocketMetrics metrics, ILogger<SocketServer> logger)
    {
        Options = options;
        Metrics = metrics;
        Logger = logger;
        Limits = new AddressLimits(options);
        Proxies = new TrustedProxies(options.TrustedProxies);
        Walkers = new Walkers(options);
        _clock = clock;
        _start = clock.GetTimestamp();
    }

    public SocketOptions Options { get; }

    public SocketMetrics Metrics { get; }

    public ILogger Logger { get; }

    public AddressLimits Limits { get; }

    public TrustedProxies Proxies { get; }

    public Walkers Walkers { get; }

    public TimeProvider Clock => _clock;

    /// <summary>Milliseconds since the start, of a clock that does not go back.</summary>
    public long NowMs => (long)_clock.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>No new sessions: the process stops.</summary>
    public bool IsDraining => Volatile.Read(ref _draining);

    /// <summary>How many sessions there are.</summary>
    public int Count
    {
        get { lock (_lock) return _sessions.Count; }
    }

    /// <summary>A place for a socket of the address, or why there is none.</summary>
    public Admission TryEnter(IPAddress address) => Limits.TryEnter(address, NowMs);

    public void Add(SocketSession session)
    {
        lock (_lock)
        {
            session.Index = _sessions.Count;
            _sessions.Add(session);
        }
        Metrics.Open.Add(1);
        if (IsDraining) session.Close(CloseCodes.GoingAway, "the server shuts down");      // came in during the last look
    }

    public void Remove(SocketSession session)
    {
        TaskCompletionSource? empty = null;
        lock (_lock)
        {
            var last = _sessions[^1];
            last.Index = session.Index;
            _sessions[session.Index] = last;
            _sessions.RemoveAt(_sessions.Count - 1);
            if (_sessions.Count == 0) empty = _empty;
        }
        Metrics.Open.Add(-1);
        empty?.TrySetResult();
    }

    /// <summary>Visits every session, in no order; sessions may come and go meanwhile.</summary>
    public void ForEach(Action<SocketSession> visit)
    {
        SocketSession[] snapshot;
        int count;
        lock (_lock)
        {
            count = _sessions.Count;
            snapshot = ArrayPool<SocketSession>.Shared.Rent(count);
            _sessions.CopyTo(snapshot);
        }
        foreach (var session in snapshot.AsSpan(0, count)) visit(session);
        ArrayPool<SocketSession>.Shared.Return(snapshot, clearArray: true);
    }

    /// <summary>Refuses new sessions, closes the others with 1001 and waits until they have ended or their times for it are over.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _draining, true);
        Task empty;
        int count;
        lock (_lock)
        {
            count = _sessions.Count;
            _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (count == 0) return;
            empty = _empty.Task;
        }
        Logger.Draining(count);
        ForEach(session => session.Close(CloseCodes.GoingAway, "the server shuts down"));
        var budget = Options.FlushTimeout + Options.CloseTimeout + TimeSpan.FromSeconds(1);
        try
        {
            await empty.WaitAsync(budget, _clock, cancellation);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            var rest = Count;
            ForEach(session => session.Abort());
            Logger.Drained(count - rest, rest);
            return;
        }
        Logger.Drained(count, 0);
    }

    public void Dispose() => Walkers.Dispose();
}
