using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>Sums what is measured, by instrument and first tag: <c>turnpike.storage.works ok</c>. Of durations, how many.</summary>
internal sealed class MeterCounts : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener;

    public MeterCounts()
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        _listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == Meters) listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((i, n, tags, _) => Count(i, tags, n));
        _listener.SetMeasurementEventCallback<int>((i, n, tags, _) => Count(i, tags, n));
        _listener.SetMeasurementEventCallback<double>((i, _, tags, _) => Count(i, tags, 1));
        _listener.Start();
    }

    public IMeterFactory Meters { get; }

    public long this[string name] => _counts.GetValueOrDefault(name);

    public bool Has(string name) => _counts.ContainsKey(name);

    /// <summary>Looks at what is measured only when it is looked at.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, long by) =>
        _counts.AddOrUpdate(tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[0].Value}", by, (_, n) => n + by);
}
