namespace Turnpike.Server.Metrics;

/// <summary>One line of a family (for histograms: its buckets). Written by any thread, without a lock.</summary>
internal sealed class MetricSeries
{
    private readonly double[] _bounds;
    private readonly long[] _buckets;
    private long _whole;
    private double _fraction;
    private long _observedIn;

    /// <param name="labels">As they stand between the braces, UTF-8, escaped; empty for none.</param>
    /// <param name="bounds">A histogram's bounds, rising, without +Inf; empty for other kinds.</param>
    public MetricSeries(byte[] labels, double[] bounds)
    {
        Labels = labels;
        _bounds = bounds;
        _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    }

    public byte[] Labels { get; }

    /// <summary>The scrape in which an observable instrument last reported this series.</summary>
    public long ObservedIn => Volatile.Read(ref _observedIn);

    /// <summary>The integer part of the sum; exact.</summary>
    public long Whole => Interlocked.Read(ref _whole);

    /// <summary>What was added as a floating number.</summary>
    public double Fraction => Volatile.Read(ref _fraction);

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        double before;
        do before = Volatile.Read(ref _fraction);
        while (Interlocked.CompareExchange(ref _fraction, before + value, before) is var seen
            && BitConverter.DoubleToInt64Bits(seen) != BitConverter.DoubleToInt64Bits(before));
    }

    public void Set(double value)
    {
        Interlocked.Exchange(ref _whole, 0);
        Interlocked.Exchange(ref _fraction, value);
    }

    /// <summary>The first report within a scrape replaces the value, others of the same labels are added.</summary>
    public void Observe(double value, long scrape)
    {
        if (Interlocked.Exchange(ref _observedIn, scrape) == scrape) Add(value);
        else Set(value);
    }

    /// <summary>One observation of a histogram. NaN is dropped: it would make the sum useless for ever.</summary>
    public void Record(double value)
    {
        if (double.IsNaN(value)) return;
        var bucket = Array.BinarySearch(_bounds, value);
        Interlocked.Increment(ref _buckets[bucket < 0 ? ~bucket : bucket]);
        Add(value);
    }

    /// <summary>Observations in bucket <paramref name="index"/> alone; the last one is what lies above every bound.</summary>
    public long Bucket(int index) => Interlocked.Read(ref _buckets[index]);
}
