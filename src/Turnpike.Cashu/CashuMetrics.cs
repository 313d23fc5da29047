using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Turnpike.Cashu;

/// <summary>What the mint counts. Never a tag with a quote, a Y or a secret.</summary>
/// <remarks>docs/specs/cashu.md 13.</remarks>
internal sealed class CashuMetrics
{
    // A proof takes some 40 µs, an output some 80; large requests are spread over the cores.
    private static readonly double[] s_curveBounds = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];

    private readonly Counter<long> _operations;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _proofs;
    private readonly Histogram<double> _curve;
    private readonly Counter<long> _payments;
    private readonly Counter<long> _paid;
    private readonly Counter<long> _pruned;

    public CashuMetrics(IMeterFactory meters)
    {
        Meter = meters.Create("Turnpike.Cashu");
        _operations = Meter.CreateCounter<long>(
            "turnpike.cashu.operations.completed", "{operation}", "Operations answered, by kind and by how they went.");
        _duration = Meter.CreateHistogram<double>("turnpike.cashu.operation.duration", "s", "Time from a request's body to its answer.");
        _proofs = Meter.CreateCounter<long>("turnpike.cashu.proofs.verified", "{proof}", "Proofs whose signature was computed anew.");
        _curve = Meter.CreateHistogram("turnpike.cashu.curve.duration", "s", "Time of a request's work on the curve, by step.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = s_curveBounds });
        _payments = Meter.CreateCounter<long>(
            "turnpike.cashu.payments.received", "{payment}", "Payments of Lightning that came in, by what became of them.");
        _paid = Meter.CreateCounter<long>("turnpike.cashu.payments.closed", "{payment}", "Payments of melts that were decided, by how.");
        _pruned = Meter.CreateCounter<long>("turnpike.cashu.rows.pruned", "{row}", "Rows deleted because nothing can need them, by kind.");
    }

    /// <summary>For parts that bring numbers of their own.</summary>
    public Meter Meter { get; }

    /// <summary>An operation was answered.</summary>
    /// <param name="kind"><c>swap</c>, <c>mint</c>, …</param>
    /// <param name="result"><c>ok</c> or the error's name.</param>
    /// <param name="duration">From the body to the answer.</param>
    public void Completed(string kind, string result, TimeSpan duration)
    {
        var ofKind = new KeyValuePair<string, object?>("kind", kind);
        _operations.Add(1, ofKind, new KeyValuePair<string, object?>("result", result));
        _duration.Record(duration.TotalSeconds, ofKind);
    }

    /// <summary>Proofs were verified.</summary>
    public void Verified(int proofs) => _proofs.Add(proofs);

    /// <summary>A step of a request's work on the curve begins; <see cref="CurveStep.Dispose"/> ends it. Free if nobody listens.</summary>
    /// <param name="step"><c>hash</c> (secrets to points), <c>verify</c> (the proofs) or <c>sign</c> (the outputs, with DLEQ).</param>
    public CurveStep OnCurve(string step) => new(_curve.Enabled ? _curve : null, step);

    /// <summary>A payment came in.</summary>
    /// <param name="result"><c>credited</c>, <c>known</c>, <c>unknown</c> or <c>twice</c>.</param>
    public void Received(string result) => _payments.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>A melt's payment was decided.</summary>
    /// <param name="result"><c>paid</c>, <c>failed</c>, <c>internal</c> or <c>late</c>.</param>
    public void Paid(string result) => _paid.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>Rows were deleted.</summary>
    /// <param name="kind"><c>mint_quote</c>, <c>melt_quote</c> or <c>proof</c>.</param>
    /// <param name="rows">How many.</param>
    public void Pruned(string kind, int rows) => _pruned.Add(rows, new KeyValuePair<string, object?>("kind", kind));
}

/// <summary>A step of a request's work on the curve.</summary>
/// <param name="histogram">Takes how long it was; null if nobody listens.</param>
/// <param name="step">Which.</param>
internal readonly struct CurveStep(Histogram<double>? histogram, string step) : IDisposable
{
    private readonly long _begun = histogram is null ? 0 : Stopwatch.GetTimestamp();

    /// <summary>It is done.</summary>
    public void Dispose() =>
        histogram?.Record(Stopwatch.GetElapsedTime(_begun).TotalSeconds, new KeyValuePair<string, object?>("step", step));
}
