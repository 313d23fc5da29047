using System.Text;

namespace Turnpike.Kernel.Encodings;

/// <summary>The text of JSON strings: out of their escapes, and into the canonical ones.</summary>
internal static class JsonText
{
    /// <summary>Takes the escapes out of a string's text, which a JSON reader has accepted and which is UTF-8.</summary>
    /// <param name="escaped">The text between the quotes.</param>
    /// <param name="utf8">Room for as many bytes as <paramref name="escaped"/> has.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <param name="control">True if there is a control character that has no short escape.</param>
    /// <returns>False for half a surrogate pair.</returns>
    public static bool TryUnescape(ReadOnlySpan<byte> escaped, Span<byte> utf8, out int length, out bool control)
    {
        length = 0;
        control = false;
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0) plain = escaped.Length;
            escaped[..plain].CopyTo(utf8[length..]);
            length += plain;
            escaped = escaped[plain..];
            if (escaped.IsEmpty) return true;
            if (!TryReadEscape(ref escaped, out var rune)) return false;
            control |= rune.Value < 0x20 && ShortEscape((byte)rune.Value) == 0;
            length += rune.EncodeToUtf8(utf8[length..]);
        }
    }

    /// <summary>The letter after the backslash in the short escape of a character, or 0 if it has none.</summary>
    public static byte ShortEscape(byte character) => character switch
    {
        (byte)'"' => (byte)'"',
        (byte)'\\' => (byte)'\\',
        (byte)'\b' => (byte)'b',
        (byte)'\f' => (byte)'f',
        (byte)'\n' => (byte)'n',
        (byte)'\r' => (byte)'r',
        (byte)'\t' => (byte)'t',
        _ => 0,
    };

    private static bool TryReadEscape(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        if (text[1] != 'u')
        {
            rune = new Rune(text[1] switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                var itself => (char)itself,
            });
            text = text[2..];
            return true;
        }

        var unit = ReadUnit(text);
        text = text[6..];
        if (!char.IsSurrogate(unit))
        {
            rune = new Rune(unit);
            return true;
        }

        var isPair = text.Length >= 6 && text[0] == '\\' && text[1] == 'u';
        if (!Rune.TryCreate(unit, isPair ? ReadUnit(text) : '\0', out rune)) return false;
        text = text[6..];
        return true;
    }

    private static char ReadUnit(ReadOnlySpan<byte> text)
    {
        var unit = 0;
        foreach (var digit in text.Slice(2, 4)) unit = unit << 4 | Convert(digit);
        return (char)unit;

        static int Convert(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }
}
