using System.Diagnostics.Metrics;

namespace Turnpike.Kernel.Events;

/// <summary>What the feed tells of itself, in the meter <c>Turnpike.Kernel</c>.</summary>
internal sealed class FeedMetrics
{
    private readonly Counter<long> _published;
    private readonly Counter<long> _handed;
    private readonly Counter<long> _skipped;

    public FeedMetrics(IMeterFactory meters, Func<long> lag)
    {
        var meter = meters.Create("Turnpike.Kernel");
        _published = meter.CreateCounter<long>("turnpike.events.published", "{event}", "Committed events given to the feed.");
        _handed = meter.CreateCounter<long>("turnpike.events.handed", "{event}", "Events handed to subscribers, by how that went.");
        _skipped = meter.CreateCounter<long>("turnpike.events.skipped", "{event}",
            "Events of a type or version that this program does not know.");
        meter.CreateObservableGauge("turnpike.events.lag", lag, "{event}", "Events that the slowest subscriber is behind.");
    }

    public void Published(int count) => _published.Add(count);

    public void Handed() => _handed.Add(1, new KeyValuePair<string, object?>("result", "ok"));

    public void Failed() => _handed.Add(1, new KeyValuePair<string, object?>("result", "failed"));

    public void Skipped() => _skipped.Add(1);
}
