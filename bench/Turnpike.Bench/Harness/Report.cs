using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Turnpike.Bench.Harness;

/// <summary>Prints rows as they come: a table for people on standard output, or with <c>--json</c> one object a line.</summary>
internal sealed class Report(Settings settings)
{
    // Else "<" and ">" of the targets would be escaped.
    private static readonly RowJson Plain = new(
        new JsonSerializerOptions(RowJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    private bool _headed;

    public void Add(Row row)
    {
        if (settings.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(Rounded(row), Plain.Row));
            return;
        }
        if (!_headed) Console.WriteLine($"{"what",-22} {"Turnpike",12} {"unit",-13} {"peer",-24} {"peer's",12} {"ratio",7}  target");
        _headed = true;
        var ratio = row.Ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) : "";
        Console.WriteLine($"{row.Name,-22} {Show(row.Value),12} {row.Unit,-13} "
            + $"{row.Peer,-24} {Show(row.PeerValue),12} {ratio,7}  {row.Target}");
    }

    /// <summary>What is no figure: machine, progress, what was left out.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    private static string Show(double? value) => value switch
    {
        null => "",
        >= 1000 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.##", CultureInfo.InvariantCulture),
    };

    private static Row Rounded(Row row) => row with
    {
        Value = Round(row.Value),
        PeerValue = row.PeerValue is { } p ? Round(p) : null,
        Ratio = row.Ratio is { } r ? Math.Round(r, 3) : null,
    };

    private static double Round(double value) => Math.Abs(value) >= 1000 ? Math.Round(value) : Math.Round(value, 3);
}
