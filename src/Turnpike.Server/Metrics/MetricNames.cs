using System.Text;

namespace Turnpike.Server.Metrics;

/// <summary>OpenTelemetry's instrument names as Prometheus wants them: words joined by underscores, the unit, then <c>_total</c>.</summary>
/// <remarks>Follows the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".</remarks>
internal static class MetricNames
{
    /// <summary>The family's name.</summary>
    /// <param name="instrument">For example <c>turnpike.planetmint.blocks.committed</c>.</param>
    /// <param name="unit">UCUM, for example <c>s</c>, <c>By</c>, <c>{block}</c>; null or empty for none.</param>
    /// <param name="kind">Counters end in <c>_total</c>; gauges of unit 1 in <c>_ratio</c>.</param>
    public static string Family(string instrument, string? unit, MetricKind kind)
    {
        var name = Sanitize(instrument, allowColon: true);
        var suffix = Unit(unit, kind);
        if (suffix.Length > 0 && !EndsWithWord(name, suffix)) name = $"{name}_{suffix}";
        return kind == MetricKind.Counter && !EndsWithWord(name, "total") ? name + "_total" : name;
    }

    /// <summary>A label's name: as <see cref="Family"/>, without colons.</summary>
    public static string Label(string tag) => Sanitize(tag, allowColon: false);

    private static bool EndsWithWord(string name, string word) => name == word || name.EndsWith("_" + word, StringComparison.Ordinal);

    private static string Unit(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit)) return "";
        if (unit == "1") return kind == MetricKind.Gauge ? "ratio" : "";
        var slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Word(unit, plural: true);
        var over = Word(unit[(slash + 1)..], plural: false);
        if (over.Length == 0) return Word(unit[..slash], plural: true);
        var what = Word(unit[..slash], plural: true);
        return what.Length == 0 ? $"per_{over}" : $"{what}_per_{over}";
    }

    private static string Word(string unit, bool plural)
    {
        if (unit.StartsWith('{')) return "";
        var word = unit switch
        {
            "d" => "day",
            "h" => "hour",
            "min" => "minute",
            "s" => "second",
            "ms" => "millisecond",
            "us" => "microsecond",
            "ns" => "nanosecond",
            "By" => "byte",
            "KiBy" => "kibibyte",
            "MiBy" => "mebibyte",
            "GiBy" => "gibibyte",
            _ => null,
        };
        if (word is not null) return plural ? word + "s" : word;
        return unit == "%" ? "percent" : Sanitize(unit, allowColon: false).Trim('_');
    }

    private static string Sanitize(string name, bool allowColon)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var good = char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':');
            if (clean.Length == 0 && char.IsAsciiDigit(c)) clean.Append('_');
            if (good) clean.Append(c);
            else if (clean.Length == 0 || clean[^1] != '_') clean.Append('_');
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }
}
