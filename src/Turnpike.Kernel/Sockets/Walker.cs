namespace Turnpike.Kernel.Sockets;

/// <summary>
/// A thread that makes the sends: for the rings of its live members, and for single sessions that have something waiting. A send takes
/// what has gathered since the member's last, so the faster events come the more of them leave in one; that is what bounds fan-out
/// (5 to 7 µs a send).
/// </summary>
internal sealed class Walker : IDisposable
{
    /// <summary>The most that leaves in one send of several pieces.</summary>
    public const int ScratchLength = 128 * 1024;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _wake = new(false);
    private List<IWalked> _waiting = [];
    private bool _busy, _stopping;

    /// <param name="name">The thread's.</param>
    public Walker(string name) => new Thread(Walk) { IsBackground = true, Name = name }.Start();

    /// <summary>Has it visited, after those that wait already.</summary>
    public void Enqueue(IWalked walked)
    {
        bool wake;
        lock (_lock)
        {
            _waiting.Add(walked);
            wake = !_busy && _waiting.Count == 1;
        }
        if (wake) _wake.Set();
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
        var pass = new List<IWalked>();
        while (!Volatile.Read(ref _stopping))
        {
            lock (_lock)
            {
                (pass, _waiting) = (_waiting, pass);
                _busy = pass.Count > 0;
            }
            if (pass.Count == 0) _wake.WaitOne();
            foreach (var walked in pass)
                if (walked.Walk(scratch)) Enqueue(walked);
            pass.Clear();
        }
        _wake.Dispose();
    }
}
