using System.Diagnostics.Metrics;

namespace Turnpike.Kernel.Storage;

/// <summary>What the store on PostgreSQL tells of itself, in the meter <c>Turnpike.Kernel</c>.</summary>
internal sealed class PostgresMetrics
{
    private readonly StorageMetrics _storage;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _outcomes;

    public PostgresMetrics(IMeterFactory meters, Turns works, Turns reads)
    {
        _storage = new(meters, () => works.Waiting);
        var meter = meters.Create("Turnpike.Kernel");
        _retries = meter.CreateCounter<long>("turnpike.storage.retries", "{work}", "Works run again, by why.");
        _outcomes = meter.CreateCounter<long>("turnpike.storage.outcomes.resolved", "{work}",
            "Works whose COMMIT was not answered, by what the database then said of them.");
        meter.CreateObservableGauge("turnpike.storage.connections.busy",
            () => new[] { Of("works", works.Busy), Of("reads", reads.Busy) }, "{connection}", "Connections in use, by what for.");
        meter.CreateObservableGauge("turnpike.storage.reads.waiting", () => reads.Waiting, "{read}", "Reads that wait for a connection.");
    }

    public void Works(string result) => _storage.Works(1, result);

    public void Committed(TimeSpan commit) => _storage.Committed(1, commit);

    public void Retried(string reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Resolved(string result) => _outcomes.Add(1, new KeyValuePair<string, object?>("result", result));

    private static Measurement<int> Of(string use, int count) => new(count, new KeyValuePair<string, object?>("use", use));
}
