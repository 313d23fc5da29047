namespace Turnpike.Kernel.Sockets;

/// <summary>Finds a client that sends more than so many bytes, or messages, a second for so many seconds without a pause. Pure.</summary>
internal struct FloodGuard
{
    private const int WindowMs = 1000;
    private long _windowStart, _streakStart, _amount;
    private bool _inStreak;

    /// <summary>Counts what came.</summary>
    /// <param name="nowMs">Milliseconds of a clock that does not go back.</param>
    /// <param name="amount">What came now.</param>
    /// <param name="perSecond">The most that is allowed to go on.</param>
    /// <param name="seconds">For how long it has to go on.</param>
    /// <returns>True if it has.</returns>
    public bool IsFlood(long nowMs, long amount, int perSecond, int seconds)
    {
        var elapsed = nowMs - _windowStart;
        if (elapsed < WindowMs)
        {
            _amount += amount;
            return false;
        }
        var tooFast = _amount * 1000 / elapsed > perSecond;
        if (tooFast && !_inStreak) _streakStart = _windowStart;
        _inStreak = tooFast;
        _windowStart = nowMs;
        _amount = amount;
        return tooFast && nowMs - _streakStart >= seconds * 1000L;
    }
}
