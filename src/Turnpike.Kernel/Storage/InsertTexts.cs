using System.Globalization;

namespace Turnpike.Kernel.Storage;

/// <summary>The INSERT statements made of a table and its columns, kept by the identity of the (static) column arrays.</summary>
internal sealed class InsertTexts
{
    private const int MaxKept = 256;    // more than the program has tables; a bound for callers whose arrays are not static
    private readonly Dictionary<(string, string[]), string> _texts = [];

    public string Of(string table, string[] columns)
    {
        if (_texts.TryGetValue((table, columns), out var text)) return text;
        var parameters = columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}"));
        text = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", parameters)})";
        if (_texts.Count >= MaxKept) _texts.Clear();
        _texts.Add((table, columns), text);
        return text;
    }
}
