using System.Diagnostics.Metrics;

namespace Turnpike.Kernel.Storage;

/// <summary>What the store tells of itself, in the meter <c>Turnpike.Kernel</c>.</summary>
internal sealed class StorageMetrics
{
    private readonly Counter<long> _works;
    private readonly Histogram<int> _batch;
    private readonly Histogram<double> _commit;

    public StorageMetrics(IMeterFactory meters, Func<int> waiting)
    {
        var meter = meters.Create("Turnpike.Kernel");
        _works = meter.CreateCounter<long>("turnpike.storage.works", "{work}", "Works run, by how they went.");
        _batch = meter.CreateHistogram<int>("turnpike.storage.batch.works", "{work}", "Works that shared a commit.");
        _commit = meter.CreateHistogram<double>("turnpike.storage.commit.duration", "s", "A commit, its fsync included.");
        meter.CreateObservableGauge("turnpike.storage.queue.length", waiting, "{work}", "Works that wait for their turn.");
    }

    public void Committed(int works, TimeSpan commit)
    {
        _batch.Record(works);
        _commit.Record(commit.TotalSeconds);
    }

    public void Works(int count, string result)
    {
        if (count > 0) _works.Add(count, new KeyValuePair<string, object?>("result", result));
    }
}
