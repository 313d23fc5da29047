namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>A clock whose date a test sets, while pauses and leases run as ever: days pass in no time, and go back.</summary>
internal sealed class SkewedClock : TimeProvider
{
    private long _ticks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));
}
