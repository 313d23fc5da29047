using System.Threading.Channels;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Backends;

/// <summary>A clock that moves by hand and tells which pauses were begun, so that a test waits for the pause, not for a while.</summary>
internal sealed class PauseClock : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public void Advance(TimeSpan by) => _clock.Advance(by);

    /// <summary>Waits until somebody waits, and lets the time pass for which they do.</summary>
    public async Task<TimeSpan> PassPauseAsync()
    {
        var pause = await _pauses.Reader.ReadAsync();
        Advance(pause);
        return pause;
    }

    /// <summary>Waits until somebody waits, and says for how long.</summary>
    public async Task<TimeSpan> NextPauseAsync() => await _pauses.Reader.ReadAsync();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = _clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan) _pauses.Writer.TryWrite(dueTime);
        return timer;
    }
}
