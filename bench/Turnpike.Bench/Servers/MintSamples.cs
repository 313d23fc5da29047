using System.Diagnostics.Metrics;
using System.Globalization;
using Turnpike.Bench.Harness;

namespace Turnpike.Bench.Servers;

/// <summary>Hears each step of the mint's work on the curve, and counts the payments that are credited.</summary>
internal sealed class MintSamples : IDisposable
{
    /// <summary>The steps, in the order in which they are told.</summary>
    public static readonly string[] Steps = ["hash", "verify", "sign"];

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<double>[] _times = [.. Steps.Select(_ => new List<double>())];
    private readonly TaskCompletionSource _allPaid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _paid;
    private long _due = long.MaxValue;

    public MintSamples()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "turnpike.cashu.curve.duration" or "turnpike.cashu.payments.received")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Add(Array.IndexOf(Steps, (string)tags[0].Value!), seconds));
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if ((string)tags[0].Value! == "credited" && Interlocked.Add(ref _paid, count) >= Interlocked.Read(ref _due))
                _allPaid.TrySetResult();
        });
        _listener.Start();
    }

    /// <summary>Waits until so many payments are credited, from the start on.</summary>
    public Task PaidAsync(int count)
    {
        Interlocked.Exchange(ref _due, count);
        if (Interlocked.Read(ref _paid) >= count) _allPaid.TrySetResult();
        return _allPaid.Task;
    }

    /// <summary>How often each step was done since the last call, and its median in ms.</summary>
    public string Take()
    {
        lock (_lock)
        {
            var told = _times.Select(times => string.Create(CultureInfo.InvariantCulture,
                $"{times.Count} {(times.Count == 0 ? 0 : Median.Of(times) * 1000):F4}"));
            var line = string.Join(' ', told);
            foreach (var times in _times) times.Clear();
            return line;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(int step, double seconds)
    {
        lock (_lock) _times[step].Add(seconds);
    }
}
