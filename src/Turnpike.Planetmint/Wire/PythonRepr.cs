using System.Globalization;
using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Wire;

/// <summary>Values as Python prints them, which is how schema errors quote them.</summary>
internal static class PythonRepr
{
    private const int Enough = 600;

    /// <summary>The value; of a large one the beginning, as the text of an error is cut anyway.</summary>
    public static string Of(CanonicalNode value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    /// <summary>A string in Python's quotes.</summary>
    public static string Of(string value)
    {
        var text = new StringBuilder();
        Append(value, text);
        return text.ToString();
    }

    private static void Append(CanonicalNode value, StringBuilder text)
    {
        if (text.Length > Enough) return;
        switch (value.Kind)
        {
            case JsonValueKind.String:
                Append(value.GetString(), text);
                break;
            case JsonValueKind.Number:
                text.Append(value.GetString());
                break;
            case JsonValueKind.Array:
                AppendArray(value, text);
                break;
            case JsonValueKind.Object:
                AppendObject(value, text);
                break;
            default:
                text.Append(value.Kind switch { JsonValueKind.True => "True", JsonValueKind.False => "False", _ => "None" });
                break;
        }
    }

    private static void AppendArray(CanonicalNode value, StringBuilder text)
    {
        var separator = "[";
        foreach (var item in value.Items)
        {
            text.Append(separator);
            Append(item, text);
            separator = ", ";
        }

        text.Append(separator == "[" ? "[]" : "]");
    }

    private static void AppendObject(CanonicalNode value, StringBuilder text)
    {
        var separator = "{";
        foreach (var (name, member) in value.Members)
        {
            text.Append(separator);
            Append(name.GetString(), text);
            text.Append(": ");
            Append(member, text);
            separator = ", ";
        }

        text.Append(separator == "{" ? "{}" : "}");
    }

    private static void Append(string value, StringBuilder text)
    {
        var quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        foreach (var c in value.AsSpan(0, Math.Min(value.Length, Enough)))
        {
            if (c == quote || c == '\\') text.Append('\\').Append(c);
            else if (c == '\n') text.Append("\\n");
            else if (c == '\r') text.Append("\\r");
            else if (c == '\t') text.Append("\\t");
            else if (c < ' ' || c == '\x7F') text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else text.Append(c);
        }

        text.Append(quote);
    }
}
