namespace Turnpike.Bench.Load;

/// <summary>Durations from several threads, and their percentiles in ms.</summary>
internal sealed class Latencies
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];

    public void Add(TimeSpan time)
    {
        lock (_lock) _milliseconds.Add(time.TotalMilliseconds);
    }

    /// <summary>The duration that this part of all did not exceed; 0 where there are none.</summary>
    public double At(double part)
    {
        lock (_lock)
        {
            if (_milliseconds.Count == 0) return 0;
            _milliseconds.Sort();
            return _milliseconds[(int)Math.Ceiling(part * _milliseconds.Count) - 1];
        }
    }
}
