using System.Buffers;
using System.Diagnostics.Metrics;

namespace Turnpike.Server.Metrics;

/// <summary>Listens to the instruments of this host and writes what they measured when Prometheus asks.</summary>
/// <remarks>
/// An up-down counter tells only its changes, so the collector must listen before the first of them: the host makes it first of all.
/// Of two hosts in one process each hears its own instruments, and the process-wide ones.
/// </remarks>
internal sealed class PrometheusCollector : IDisposable
{
    /// <summary>The meters that are told to the outside: ours, the HTTP server's, the runtime's.</summary>
    public static readonly string[] Meters =
        ["Turnpike.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Bytes = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

    private readonly Lock _families = new();
    private readonly Lock _scrape = new();
    private readonly SortedDictionary<string, MetricFamily> _byName = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _host;
    private readonly ILogger<PrometheusCollector> _logger;

    public PrometheusCollector(IMeterFactory host, ILogger<PrometheusCollector> logger)
    {
        _host = host;
        _logger = logger;
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Take(family, (double)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Take(family, value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Take(family, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything in the text format, families in the order of their names.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        lock (_scrape)
        {
            List<MetricFamily> families;
            lock (_families) families = [.. _byName.Values];
            foreach (var family in families) family.Begin();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                _logger.GaugeFailed(e);     // one gauge that throws must not hide the others
            }

            var writer = new PrometheusWriter(output);
            foreach (var family in families) writer.Write(family, family.Snapshot());
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsTold(string meter) =>
        Meters.Any(m => m.EndsWith('*') ? meter.StartsWith(m[..^1], StringComparison.Ordinal) : meter == m);

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (!IsTold(instrument.Meter.Name) || (instrument.Meter.Scope is { } scope && !ReferenceEquals(scope, _host))) return;
        if (Kind(instrument) is not (var kind, var use)) return;
        var name = MetricNames.Family(instrument.Name, instrument.Unit, kind);
        lock (_families)
        {
            if (!_byName.TryGetValue(name, out var family))
            {
                var bounds = kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
                _byName.Add(name, family = new MetricFamily(name, kind, use, instrument.Description ?? "", bounds));
            }

            if (family.Kind == kind && family.Use == use) listener.EnableMeasurementEvents(instrument, family);
            else _logger.InstrumentLeftOut(instrument.Name, instrument.Meter.Name, name);
        }
    }

    private static (MetricKind Kind, MetricUse Use)? Kind(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (generic == typeof(Counter<>)) return (MetricKind.Counter, MetricUse.Add);
        if (generic == typeof(ObservableCounter<>)) return (MetricKind.Counter, MetricUse.Observe);
        if (generic == typeof(UpDownCounter<>)) return (MetricKind.Gauge, MetricUse.Add);
        if (generic == typeof(ObservableUpDownCounter<>)) return (MetricKind.Gauge, MetricUse.Observe);
        if (generic == typeof(ObservableGauge<>)) return (MetricKind.Gauge, MetricUse.Observe);
        if (generic == typeof(Gauge<>)) return (MetricKind.Gauge, MetricUse.Set);
        return generic == typeof(Histogram<>) ? (MetricKind.Histogram, MetricUse.Record) : null;
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given],
        Histogram<long> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given.Select(b => (double)b)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { Count: > 0 } given } => [.. given.Select(b => (double)b)],
        { Unit: "s" } => Seconds,
        { Unit: "By" } => Bytes,
        _ => Counts,
    };

    private static void Take(object? family, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Take(value, tags);

    private static void Take(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Take(value, tags);
}
