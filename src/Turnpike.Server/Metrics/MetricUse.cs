namespace Turnpike.Server.Metrics;

/// <summary>What a measurement does to its series.</summary>
internal enum MetricUse
{
    /// <summary>Counters and up-down counters.</summary>
    Add,

    /// <summary>Gauges.</summary>
    Set,

    /// <summary>Histograms.</summary>
    Record,

    /// <summary>Observable instruments: the value as of this scrape.</summary>
    Observe,
}
