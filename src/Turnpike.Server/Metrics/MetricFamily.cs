using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Turnpike.Server.Metrics;

/// <summary>All series of one name. At most <see cref="MaxSeries"/>; what comes beyond is counted in one series of its own.</summary>
/// <param name="name">As Prometheus has it.</param>
/// <param name="kind">The family's type.</param>
/// <param name="use">What its measurements do; one family has one use.</param>
/// <param name="help">One sentence, or empty.</param>
/// <param name="bounds">Bounds of a histogram's buckets, rising; empty for other kinds.</param>
internal sealed class MetricFamily(string name, MetricKind kind, MetricUse use, string help, double[] bounds)
{
    /// <summary>A tag with too many values is a bug in our code; it must not take the memory of the server or of its Prometheus.</summary>
    public const int MaxSeries = 500;

    private static readonly byte[] Overflow = "otel_metric_overflow=\"true\""u8.ToArray();

    private readonly ConcurrentDictionary<TagSet, MetricSeries> _byTags = new(TagSet.Comparer);
    private readonly SortedDictionary<string, MetricSeries> _byLabels = new(StringComparer.Ordinal);
    private readonly MetricSeries _overflow = new(Overflow, bounds);
    private readonly Lock _lock = new();
    private bool _overflowed;
    private long _scrape;

    public string Name => name;
    public MetricKind Kind => kind;
    public MetricUse Use => use;
    public string Help => help;
    public ReadOnlySpan<double> Bounds => bounds;

    /// <summary>Observable instruments are about to report.</summary>
    public void Begin() => Interlocked.Increment(ref _scrape);

    /// <summary>Takes a measurement; integers that are added stay exact.</summary>
    public void Take(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (use == MetricUse.Add) Series(tags).Add(value);
        else Take((double)value, tags);
    }

    /// <summary>Takes a measurement.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Series(tags);
        switch (use)
        {
            case MetricUse.Add: series.Add(value); break;
            case MetricUse.Set: series.Set(value); break;
            case MetricUse.Record: series.Record(value); break;
            case MetricUse.Observe: series.Observe(value, Interlocked.Read(ref _scrape)); break;
        }
    }

    /// <summary>The series of these tags. The order of tags makes no difference; nothing is allocated for tags seen before.</summary>
    private MetricSeries Series(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var series) ? series : Add(tags);

    /// <summary>The series as of now, in the order of their labels.</summary>
    /// <remarks>Leaves out, and forgets, what an observable instrument no longer reports.</remarks>
    public IReadOnlyList<MetricSeries> Snapshot()
    {
        lock (_lock)
        {
            if (use == MetricUse.Observe) Forget(Interlocked.Read(ref _scrape));
            return _overflowed ? [.. _byLabels.Values, _overflow] : [.. _byLabels.Values];
        }
    }

    private void Forget(long scrape)
    {
        if (_byLabels.Values.All(s => s.ObservedIn == scrape)) return;
        foreach (var (labels, _) in _byLabels.Where(e => e.Value.ObservedIn != scrape).ToList()) _byLabels.Remove(labels);
        foreach (var (tags, series) in _byTags)
        {
            if (series.ObservedIn != scrape) _byTags.TryRemove(tags, out _);
        }
    }

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_lock)
        {
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                if (_byLabels.Count >= MaxSeries)
                {
                    _overflowed = true;
                    return _overflow;
                }

                _byLabels.Add(labels, series = new MetricSeries(Encoding.UTF8.GetBytes(labels), bounds));
            }

            // The same labels in another order of tags are another key; bounded too.
            if (_byTags.Count < 4 * MaxSeries) _byTags.TryAdd(new TagSet(tags.ToArray()), series);
            return series;
        }
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            var label = MetricNames.Label(key);
            var text = value switch
            {
                bool flag => flag ? "true" : "false",
                _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
            };
            labels[label] = labels.TryGetValue(label, out var other) ? $"{other};{text}" : text;
        }

        return string.Join(',', labels.Select(l => $"{l.Key}=\"{Escape(l.Value)}\""));
    }

    private static string Escape(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
