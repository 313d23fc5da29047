using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// A thread that passes over the sessions that have something waiting and makes one send for each. A pass takes what has gathered since
/// the last, so the faster events come the more of them leave in one send; that is what bounds fan-out (5 to 7 µs a send).
/// </summary>
internal sealed class Walker : IDisposable
{
    /// <summary>The most that leaves in one send of several pieces.</summary>
    public const int ScratchLength = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly ILogger _logger;
    private readonly Action _passed;
    private List<SocketSession> _waiting = [];
    private long _announced, _walked;
    private bool _busy, _stopping;

    /// <param name="name">The thread's.</param>
    /// <param name="passed">Called after every pass.</param>
    /// <param name="logger">For what a session threw.</param>
    public Walker(string name, Action passed, ILogger logger)
    {
        _passed = passed;
        _logger = logger;
        new Thread(Walk) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Has the session visited in the next pass. The outbox sees to it that no session waits twice.</summary>
    public void Enqueue(SocketSession session)
    {
        bool wake;
        lock (_lock)
        {
            _waiting.Add(session);
            wake = !_busy && _waiting.Count == 1;
        }
        if (wake) _wake.Set();
    }

    /// <summary>What was published up to here is what the next pass begins with.</summary>
    public void Announce(long published)
    {
        lock (_lock) _announced = published;
    }

    /// <summary>Up to where everything that was published has been visited.</summary>
    public long Walked
    {
        get { lock (_lock) return _busy || _waiting.Count > 0 ? _walked : _announced; }
    }

    /// <summary>Ends the thread after the pass that it is in.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stopping, true);
        _wake.Set();
    }

    private void Walk()
    {
        var scratch = GC.AllocateUninitializedArray<byte>(ScratchLength);
        var sessions = new List<SocketSession>();
        while (!Volatile.Read(ref _stopping))
        {
            long begun;
            lock (_lock)
            {
                (sessions, _waiting) = (_waiting, sessions);
                _busy = sessions.Count > 0;
                begun = _announced;
            }
            if (sessions.Count == 0)
            {
                _passed();      // now all that was announced counts as walked: what came during the pass may have left with it
                _wake.WaitOne();
                continue;
            }
            foreach (var session in sessions) Visit(session, scratch);
            sessions.Clear();
            lock (_lock) _walked = begun;
            _passed();
        }
        _wake.Dispose();
    }

    /// <summary>Whatever happens with one session, the others get theirs.</summary>
    private void Visit(SocketSession session, byte[] scratch)
    {
        try
        {
            session.Pass(scratch);
        }
#pragma warning disable CA1031 // The thread serves thousands; a fault of one is logged and ends that one.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.SendFailed(exception);
            session.Abort();
        }
    }
}
