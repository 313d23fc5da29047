using System.Globalization;
using System.Text.RegularExpressions;

namespace Turnpike.Conformance;

/// <summary>Reads the text format of Prometheus 0.0.4 strictly: what a lenient reader would let pass is an error here.</summary>
public static partial class MetricsText
{
    /// <summary>One sample.</summary>
    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    /// <summary>One family with its samples.</summary>
    public sealed record Family(string Name, string Type, string? Help, IReadOnlyList<Sample> Samples);

    /// <summary>All families, by name.</summary>
    public static IReadOnlyDictionary<string, Family> Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var families = new Dictionary<string, Family>();
        string? help = null, helpFor = null;
        Family? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (HelpLine().Match(line) is { Success: true } h)
            {
                Assert.Null(helpFor);
                (helpFor, help) = (h.Groups[1].Value, h.Groups[2].Value);
            }
            else if (TypeLine().Match(line) is { Success: true } t)
            {
                var name = t.Groups[1].Value;
                if (helpFor is not null) Assert.Equal(helpFor, name);
                family = new Family(name, t.Groups[2].Value, help, new List<Sample>());
                Assert.True(families.TryAdd(name, family), $"{name} has two TYPE lines");
                (help, helpFor) = (null, null);
            }
            else
            {
                Assert.NotNull(family);
                Assert.Null(helpFor);
                var sample = ReadSample(line);
                Assert.Contains(sample.Name, Names(family));
                ((List<Sample>)family.Samples).Add(sample);
            }
        }

        Assert.All(families.Values, Check);
        return families;
    }

    private static string[] Names(Family family) =>
        family.Type == "histogram" ? [$"{family.Name}_bucket", $"{family.Name}_sum", $"{family.Name}_count"] : [family.Name];

    private static Sample ReadSample(string line)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, $"not a sample: {line}");
        var labels = new Dictionary<string, string>();
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
            Assert.True(labels.TryAdd(label.Groups[1].Value, label.Groups[2].Value), $"a label twice: {line}");
        var value = match.Groups["value"].Value;
        return new Sample(match.Groups["name"].Value, labels, value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        });
    }

    private static void Check(Family family)
    {
        Assert.NotEmpty(family.Samples);
        Assert.Equal(family.Samples.Count, family.Samples.Select(Key).Distinct().Count());
        if (family.Type == "counter")
        {
            Assert.EndsWith("_total", family.Name, StringComparison.Ordinal);
            Assert.All(family.Samples, s => Assert.True(s.Value >= 0));
        }

        if (family.Type != "histogram") return;
        foreach (var series in family.Samples.GroupBy(s => string.Join(',', s.Labels.Where(l => l.Key != "le").OrderBy(l => l.Key, StringComparer.Ordinal))))
        {
            var buckets = series.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal)).ToList();
            Assert.Equal("+Inf", buckets[^1].Labels["le"]);
            Assert.Equal(buckets.Select(b => b.Value).Order(), buckets.Select(b => b.Value));
            Assert.Equal(buckets[^1].Value, Assert.Single(series, s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
            Assert.Single(series, s => s.Name.EndsWith("_sum", StringComparison.Ordinal));
        }
    }

    private static string Key(Sample sample) => $"{sample.Name}{{{string.Join(',', sample.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))}}}";

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\"n])*")*)\})? (?<value>[+-]Inf|-?[0-9]+(?:\.[0-9]+)?(?:E[+-][0-9]+)?)$
        """)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)""")]
    private static partial Regex Label();
}
