using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Bench.Harness;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Bench;

/// <summary>Group commit against a commit per work: the same store, the same works, 64 callers, only the batch's size differs.</summary>
internal sealed class StorageBench(Settings settings, Report report)
{
    private const int Callers = 64;

    public async Task RunAsync()
    {
        Report.Note($"  fsync of 4 kB in {BenchData.Root}: {FsyncMilliseconds():0.00} ms");
        var group = new List<double>();
        var single = new List<double>();
        for (var run = 1; run <= settings.Runs; run++)
        {
            group.Add(await MeasureAsync(new StorageOptions().MaxBatch));
            single.Add(await MeasureAsync(1));
            Report.Note($"  storage run {run}/{settings.Runs} group commit: {group[^1]:#,0} works/s, "
                + $"one per commit: {single[^1]:#,0} works/s");
        }
        report.Add(Row.Against($"storage.{Callers}callers", Median.Of(group), "works/s", "one work per commit", Median.Of(single), ">= 3"));
    }

    private async Task<double> MeasureAsync(int maxBatch)
    {
        using var data = new BenchData();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var options = new StorageOptions { Folder = data.Path, MaxBatch = maxBatch };
        await using var database = await Database.OpenAsync(options, new EventOptions(), [StandardWork.Module],
            TimeProvider.System, meters, NullLoggerFactory.Instance, CancellationToken.None);
        var work = new StandardWork(database);
        await work.PrepareAsync();
        var rate = await RateAsync(work);
        await work.CheckAsync();
        return rate;
    }

    private async Task<double> RateAsync(StandardWork work)
    {
        using var stop = new CancellationTokenSource();
        long done = 0;
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await work.CommitAsync();
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        await Settings.WaitAsync(settings.WarmUp);
        var (before, start) = (Interlocked.Read(ref done), Stopwatch.GetTimestamp());
        await Settings.WaitAsync(settings.Window);
        var rate = (Interlocked.Read(ref done) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        return rate;
    }

    private static double FsyncMilliseconds()
    {
        const int times = 200;
        using var data = new BenchData();
        using var file = new FileStream(Path.Combine(data.Path, "fsync"), FileMode.CreateNew, FileAccess.Write,
            FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        var page = new byte[4096];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            file.Write(page);
            file.Flush(flushToDisk: true);
        }
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / times;
    }
}
