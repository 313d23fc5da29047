namespace Turnpike.Planetmint.Tests.Client;

/// <summary>A clock on which waits of up to a minute are over at once, and recorded; longer ones (time limits) never end.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    public static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private readonly List<TimeSpan> _waits = [];

    public IReadOnlyList<TimeSpan> Waits
    {
        get { lock (_waits) return [.. _waits]; }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var now = dueTime >= TimeSpan.Zero && dueTime < TimeSpan.FromMinutes(1);
        if (now)
            lock (_waits) _waits.Add(dueTime);
        return System.CreateTimer(callback, state, now ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
