using System.Diagnostics.Metrics;

namespace Turnpike.Kernel.Events;

/// <summary>What the feed over PostgreSQL tells of itself, in the meter <c>Turnpike.Kernel</c>.</summary>
internal sealed class PostgresFeedMetrics
{
    private readonly Counter<long> _holes;
    private readonly Counter<long> _dead;
    private readonly Counter<long> _fences;
    private readonly Histogram<double> _fence;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _lost;

    public PostgresFeedMetrics(IMeterFactory meters, Func<long> held, Func<TimeSpan> delay)
    {
        var meter = meters.Create("Turnpike.Kernel");
        _holes = meter.CreateCounter<long>("turnpike.events.holes", "{hole}",
            "Times the feed had to wait for an event, as later ones were committed first.");
        _dead = meter.CreateCounter<long>("turnpike.events.positions.dead", "{position}", "Positions drawn by works that were undone.");
        _fences = meter.CreateCounter<long>("turnpike.events.fences", "{fence}",
            "Times the feed made sure that what was missing never comes.");
        _fence = meter.CreateHistogram<double>("turnpike.events.fence.duration", "s", "How long that took.");
        _reconnects = meter.CreateCounter<long>("turnpike.events.reconnects", "{connection}", "Connections that the feed had to replace.");
        _lost = meter.CreateCounter<long>("turnpike.events.places.lost", "{place}", "Times this node could not go on where it was.");
        meter.CreateObservableGauge("turnpike.events.held", held, "{event}", "Events read that wait for one before them.");
        meter.CreateObservableGauge("turnpike.events.delay", () => delay().TotalSeconds, "s",
            "How long this node has been behind the table: it waits for an event, or cannot read.");
    }

    public void Hole() => _holes.Add(1);

    public void Dead(long positions)
    {
        if (positions > 0) _dead.Add(positions);
    }

    public void Fence(TimeSpan duration)
    {
        _fences.Add(1);
        _fence.Record(duration.TotalSeconds);
    }

    public void Reconnected() => _reconnects.Add(1);

    public void PlaceLost() => _lost.Add(1);
}
