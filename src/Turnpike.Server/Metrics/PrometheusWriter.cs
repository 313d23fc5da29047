using System.Buffers;
using System.Globalization;
using System.Text;

namespace Turnpike.Server.Metrics;

/// <summary>Writes families in the text format of Prometheus, version 0.0.4, straight into the response's buffer.</summary>
/// <param name="output">Where the UTF-8 goes.</param>
internal readonly struct PrometheusWriter(IBufferWriter<byte> output)
{
    /// <summary>The format's content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes HELP, TYPE and all samples of one family; nothing at all for a family without series.</summary>
    public void Write(MetricFamily family, IReadOnlyList<MetricSeries> series)
    {
        if (series.Count == 0) return;
        if (family.Help.Length > 0) Text($"# HELP {family.Name} {Escape(family.Help)}\n");
        Text($"# TYPE {family.Name} {TypeName(family.Kind)}\n");
        foreach (var one in series)
        {
            if (family.Kind == MetricKind.Histogram) Histogram(family, one);
            else Sample(family.Name, "", one);
        }
    }

    private static string TypeName(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string Escape(string help) =>
        help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private void Sample(string name, string suffix, MetricSeries series)
    {
        Head(name, suffix, series.Labels);
        Value(series);
        Bytes("\n"u8);
    }

    private void Histogram(MetricFamily family, MetricSeries series)
    {
        var count = 0L;
        for (var i = 0; i <= family.Bounds.Length; i++)
        {
            count += series.Bucket(i);
            Text(family.Name);
            Bytes("_bucket{"u8);
            Bytes(series.Labels);
            Bytes(series.Labels.Length > 0 ? ",le=\""u8 : "le=\""u8);
            Number(i < family.Bounds.Length ? family.Bounds[i] : double.PositiveInfinity);
            Bytes("\"} "u8);
            Number(count);
            Bytes("\n"u8);
        }

        Sample(family.Name, "_sum", series);
        Head(family.Name, "_count", series.Labels);
        Number(count);
        Bytes("\n"u8);
    }

    private void Head(string name, string suffix, byte[] labels)
    {
        Text(name);
        Text(suffix);
        if (labels.Length > 0)
        {
            Bytes("{"u8);
            Bytes(labels);
            Bytes("}"u8);
        }

        Bytes(" "u8);
    }

    private void Value(MetricSeries series)
    {
        if (series.Fraction is var fraction && fraction != 0) Number(series.Whole + fraction);
        else Number(series.Whole);
    }

    private void Number(long value)
    {
        value.TryFormat(output.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private void Number(double value)
    {
        if (double.IsPositiveInfinity(value)) Bytes("+Inf"u8);
        else if (double.IsNegativeInfinity(value)) Bytes("-Inf"u8);
        else
        {
            value.TryFormat(output.GetSpan(32), out var written, "R", CultureInfo.InvariantCulture);
            output.Advance(written);
        }
    }

    private void Bytes(ReadOnlySpan<byte> utf8) => output.Write(utf8);

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);
}
