namespace Turnpike.Server.Metrics;

/// <summary>What Prometheus calls a family's type.</summary>
internal enum MetricKind
{
    /// <summary>Only rises; its name ends in <c>_total</c>.</summary>
    Counter,

    /// <summary>Rises and falls: gauges and up-down counters.</summary>
    Gauge,

    /// <summary>Observations in cumulative buckets.</summary>
    Histogram,
}
