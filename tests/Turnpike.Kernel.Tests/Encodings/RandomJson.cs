using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

/// <summary>JSON text of all kinds of values, with white space, escapes and numbers of every notation.</summary>
internal static class RandomJson
{
    private static readonly string[] s_characters =
        ["a", "Z", "0", "_", "é", "ｚ", "😀", "\\u00e9", "\\ud83d\\ude00",
        "\\n", "\\/", "/", "\\\\", "\\\"", "\\u001f", "\\u0000", "\u2028", "\u007f", " "];

    private static readonly string[] s_numbers =
        ["0", "-0", "7", "-12", "123456789012345678901234567890", "1.50", "1E5", "1e-7", "-0.0", "5e-324", "1.7976931348623157e308", "0.1"];

    public static string Value(ref SplitMix random, int depth)
    {
        var space = random.Below(4) == 0 ? " \n" : "";
        return space + random.Below(depth > 4 ? 4 : 6) switch
        {
            0 => "true",
            1 => "null",
            2 => s_numbers[random.Below(s_numbers.Length)],
            3 => Text(ref random, 6),
            4 => Array(ref random, depth),
            _ => Object(ref random, depth),
        } + space;
    }

    private static string Text(ref SplitMix random, int most)
    {
        var text = "";
        for (var i = random.Below(most); i > 0; i--) text += s_characters[random.Below(s_characters.Length)];
        return $"\"{text}\"";
    }

    private static string Array(ref SplitMix random, int depth)
    {
        var items = new string[random.Below(4)];
        for (var i = 0; i < items.Length; i++) items[i] = Value(ref random, depth + 1);
        return $"[{string.Join(',', items)}]";
    }

    private static string Object(ref SplitMix random, int depth)
    {
        var members = new Dictionary<string, string>();
        for (var i = random.Below(30); i > 0; i--)
        {
            var name = Text(ref random, 4);
            var plain = System.Text.Json.JsonDocument.Parse(name).RootElement.GetString()!;
            members.TryAdd(plain, $"{name}:{Value(ref random, depth + 1)}");
            if (depth > 1 && i > 3) i = 3;
        }

        return $"{{{string.Join(',', members.Values)}}}";
    }
}
