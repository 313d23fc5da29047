namespace Turnpike.Kernel.Storage;

/// <summary>
/// The right to do what one node at a time may do. <see cref="Locks.Under"/> binds a work to it: then the work commits only while nobody
/// else has taken over, however long this node slept in between.
/// </summary>
public sealed class Lease : IDisposable
{
    private readonly CancellationTokenSource _ended;
    private readonly TimeProvider _clock;
    private long _deadline;     // a timestamp of the clock
    private volatile bool _isOver;

    internal Lease(string name, string holder, long token, TimeProvider clock)
    {
        Name = name;
        Holder = holder;
        Token = token;
        _clock = clock;
        _deadline = long.MaxValue;
        _ended = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        Ended = _ended.Token;
    }

    /// <summary>What it is for: <c>protocol/task</c>.</summary>
    public string Name { get; }

    /// <summary>Rises with each change of hands. A work under this lease finds the same number in the store, or is not committed.</summary>
    public long Token { get; }

    /// <summary>
    /// False from the moment on that another node may have it, by this node's clock, or has it, by what the store said. True proves
    /// nothing: only a work under the lease does.
    /// </summary>
    public bool IsHeld => !_isOver && !Ended.IsCancellationRequested && _clock.GetTimestamp() < Volatile.Read(ref _deadline);

    /// <summary>This holding, told from every other one, the same node's earlier ones too.</summary>
    internal string Holder { get; }

    /// <summary>Cancelled when the lease has ended.</summary>
    internal CancellationToken Ended { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _ended.Dispose();
    }

    /// <exception cref="LeaseLostException">It has ended.</exception>
    internal void RequireHeld()
    {
        if (!IsHeld) throw new LeaseLostException(Name);
    }

    /// <summary>The store said that somebody else has it: it ends here too.</summary>
    internal LeaseLostException Lost()
    {
        End();
        return new LeaseLostException(Name);
    }

    /// <summary>Holds for so long from a moment on.</summary>
    internal void HoldUntil(long from, TimeSpan duration)
    {
        var left = duration - _clock.GetElapsedTime(from);
        Volatile.Write(ref _deadline, from + (long)(duration.TotalSeconds * _clock.TimestampFrequency));
        if (left > TimeSpan.Zero) _ended.CancelAfter(left);
        else End();
    }

    /// <summary>Somebody else has it, or may have it.</summary>
    internal void End()
    {
        _isOver = true;
        _ended.Cancel();
    }
}
