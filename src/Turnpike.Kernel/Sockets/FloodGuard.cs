namespace Turnpike.Kernel.Sockets;

/// <summary>Finds a client that sends more than so many bytes a second for so many seconds without a pause. Pure.</summary>
internal struct FloodGuard
{
    private const int WindowMs = 1000;
    private long _windowStart, _streakStart, _bytes;
    private bool _inStreak;

    /// <summary>Counts what came.</summary>
    /// <param name="nowMs">Milliseconds of a clock that does not go back.</param>
    /// <param name="bytes">What came now.</param>
    /// <param name="bytesPerSecond">The most that is allowed to go on.</param>
    /// <param name="seconds">For how long it has to go on.</param>
    /// <returns>True if it has.</returns>
    public bool IsFlood(long nowMs, long bytes, int bytesPerSecond, int seconds)
    {
        var elapsed = nowMs - _windowStart;
        if (elapsed < WindowMs)
        {
            _bytes += bytes;
            return false;
        }
        var tooFast = _bytes * 1000 / elapsed > bytesPerSecond;
        if (tooFast && !_inStreak) _streakStart = _windowStart;
        _inStreak = tooFast;
        _windowStart = nowMs;
        _bytes = bytes;
        return tooFast && nowMs - _streakStart >= seconds * 1000L;
    }
}
