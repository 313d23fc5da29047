using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Turnpike.Server.Metrics;

namespace Turnpike.Server.Tests.Metrics;

public sealed class PrometheusCollectorTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly PrometheusCollector _collector;
    private readonly Meter _meter;

    public PrometheusCollectorTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _collector = new PrometheusCollector(meters, NullLogger<PrometheusCollector>.Instance);
        _meter = meters.Create("Turnpike.Test");
    }

    public void Dispose()
    {
        _collector.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void A_counter_adds_for_each_set_of_labels()
    {
        var counter = _meter.CreateCounter<long>("test.requests", "{request}", "Requests, by how\nthey \\ went.");
        counter.Add(2, new KeyValuePair<string, object?>("result", "ok"));
        counter.Add(3, new KeyValuePair<string, object?>("result", "ok"));
        counter.Add(1, new KeyValuePair<string, object?>("result", "a \"bad\"\nline\\"));

        Assert.Equal(
            """
            # HELP test_requests_total Requests, by how\nthey \\ went.
            # TYPE test_requests_total counter
            test_requests_total{result="a \"bad\"\nline\\"} 1
            test_requests_total{result="ok"} 5

            """,
            Scrape("test_requests"));
    }

    [Fact]
    public void The_order_of_tags_makes_no_difference()
    {
        var counter = _meter.CreateCounter<int>("test.ordered");
        counter.Add(1, new("a", 1), new("b", true));
        counter.Add(1, new("b", true), new("a", 1));

        Assert.Equal("# TYPE test_ordered_total counter\ntest_ordered_total{a=\"1\",b=\"true\"} 2\n", Scrape("test_ordered"));
    }

    [Fact]
    public void Integers_beyond_what_a_double_holds_stay_exact()
    {
        var counter = _meter.CreateCounter<long>("test.large");
        counter.Add(9_007_199_254_740_993);

        Assert.EndsWith(" 9007199254740993\n", Scrape("test_large"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_up_down_counter_and_a_gauge_are_gauges()
    {
        var updown = _meter.CreateUpDownCounter<int>("test.open", "{socket}");
        updown.Add(5);
        updown.Add(-7);
        var gauge = _meter.CreateGauge<double>("test.level", "1");
        gauge.Record(0.25);
        gauge.Record(0.5);

        Assert.Equal("# TYPE test_level_ratio gauge\ntest_level_ratio 0.5\n", Scrape("test_level"));
        Assert.Equal("# TYPE test_open gauge\ntest_open -2\n", Scrape("test_open"));
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        var histogram = _meter.CreateHistogram("test.took", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var seconds in (double[])[0.05, 0.1, 0.5, 2, double.NaN]) histogram.Record(seconds, new KeyValuePair<string, object?>("p", "x"));

        Assert.Equal(
            """
            # TYPE test_took_seconds histogram
            test_took_seconds_bucket{p="x",le="0.1"} 2
            test_took_seconds_bucket{p="x",le="1"} 3
            test_took_seconds_bucket{p="x",le="+Inf"} 4
            test_took_seconds_sum{p="x"} 2.65
            test_took_seconds_count{p="x"} 4

            """,
            Scrape("test_took"));
    }

    [Fact]
    public void An_observable_gauge_that_no_longer_reports_a_label_loses_it()
    {
        var reported = new List<Measurement<int>> { new(1, new KeyValuePair<string, object?>("k", "a")), new(2, new KeyValuePair<string, object?>("k", "b")) };
        _meter.CreateObservableGauge("test.seen", () => reported);
        Assert.Contains("test_seen{k=\"a\"} 1\ntest_seen{k=\"b\"} 2\n", Scrape("test_seen"), StringComparison.Ordinal);

        reported.RemoveAt(0);

        Assert.Equal("# TYPE test_seen gauge\ntest_seen{k=\"b\"} 2\n", Scrape("test_seen"));
    }

    [Fact]
    public void A_gauge_that_throws_does_not_hide_the_others()
    {
        _meter.CreateObservableGauge("test.bad", int () => throw new InvalidOperationException("no"));
        _meter.CreateObservableGauge("test.good", () => 1);

        Assert.Equal("# TYPE test_good gauge\ntest_good 1\n", Scrape("test_good"));
        Assert.Equal("", Scrape("test_bad"));
    }

    [Fact]
    public void Too_many_sets_of_labels_are_counted_in_one()
    {
        var counter = _meter.CreateCounter<int>("test.many");
        for (var i = 0; i < MetricFamily.MaxSeries + 10; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var lines = Scrape("test_many").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(1 + MetricFamily.MaxSeries + 1, lines.Length);
        Assert.Equal("test_many_total{otel_metric_overflow=\"true\"} 10", lines[^1]);
    }

    [Fact]
    public void One_name_is_one_kind_and_the_later_instrument_is_left_out()
    {
        _meter.CreateUpDownCounter<int>("test.twice").Add(1);
        _meter.CreateGauge<int>("test.twice").Record(7);

        Assert.Equal("# TYPE test_twice gauge\ntest_twice 1\n", Scrape("test_twice"));
    }

    [Fact]
    public void Instruments_of_another_host_and_of_foreign_meters_are_not_told()
    {
        using var other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("Turnpike.Other").CreateCounter<int>("test.other").Add(1);
        _services.GetRequiredService<IMeterFactory>().Create("Foreign").CreateCounter<int>("test.foreign").Add(1);

        Assert.Equal("", Scrape("test_other"));
        Assert.Equal("", Scrape("test_foreign"));
    }

    [Fact]
    public void A_measurement_with_known_labels_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("test.cheap");
        var histogram = _meter.CreateHistogram<double>("test.quick", "s");
        var tag = new KeyValuePair<string, object?>("result", "ok");
        for (var i = 0; i < 100; i++)
        {
            counter.Add(1, tag);
            histogram.Record(0.1, tag);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            counter.Add(1, tag);
            histogram.Record(0.1, tag);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public async Task Threads_that_measure_at_once_lose_nothing()
    {
        var counter = _meter.CreateCounter<double>("test.raced");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++) counter.Add(0.5);
        })));

        Assert.EndsWith(" 20000\n", Scrape("test_raced"), StringComparison.Ordinal);
    }

    // The lines of the families whose names begin so.
    private string Scrape(string family)
    {
        var output = new ArrayBufferWriter<byte>();
        _collector.Write(output);
        var lines = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n')
            .Where(l => l.StartsWith(family, StringComparison.Ordinal)
                || l.StartsWith($"# HELP {family}", StringComparison.Ordinal) || l.StartsWith($"# TYPE {family}", StringComparison.Ordinal));
        return string.Concat(lines.Select(l => l + "\n"));
    }
}
