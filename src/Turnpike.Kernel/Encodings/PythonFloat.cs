using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// Doubles as Python's <c>repr</c> writes them: the shortest digits that read back, <c>1e-05</c>, <c>100000.0</c>, <c>1e+16</c>.
/// </summary>
internal static class PythonFloat
{
    /// <summary>Room that is enough for every double.</summary>
    public const int MaxLength = 32;

    /// <summary>Writes the double that a JSON number is.</summary>
    /// <param name="json">A JSON number within the range of a double.</param>
    /// <param name="utf8">Room for <see cref="MaxLength"/> bytes.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(ReadOnlySpan<byte> json, Span<byte> utf8)
    {
        if (!Utf8Parser.TryParse(json, out double value, out _)) throw new UnreachableException();
        return Write(value, utf8);
    }

    public static int Write(double value, Span<byte> utf8)
    {
        var length = 0;
        if (double.IsNegative(value)) utf8[length++] = (byte)'-';
        Span<byte> digits = stackalloc byte[24];
        var (count, exponent) = Shortest(double.Abs(value), digits);
        digits = digits[..count];
        if (exponent is < -4 or >= 16) return length + WriteScientific(digits, exponent, utf8[length..]);
        return length + WritePlain(digits, exponent, utf8[length..]);
    }

    /// <summary>
    /// The shortest digits, and the power of ten of the first; .NET finds the same digits but writes them in another way.
    /// </summary>
    private static (int Count, int Exponent) Shortest(double value, Span<byte> digits)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        text = text[..length];
        var exponent = 0;
        var e = text.IndexOf((byte)'E');
        if (e >= 0)
        {
            exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var point = text.IndexOf((byte)'.');
        exponent += (point < 0 ? text.Length : point) - 1;
        var count = 0;
        foreach (var b in text)
        {
            if (b == '.') continue;
            if (count == 0 && b == '0')
            {
                exponent--;
                continue;
            }

            digits[count++] = b;
        }

        while (count > 1 && digits[count - 1] == '0') count--;
        if (count > 0) return (count, exponent);
        digits[0] = (byte)'0';
        return (1, 0);
    }

    private static int WriteScientific(ReadOnlySpan<byte> digits, int exponent, Span<byte> utf8)
    {
        var length = 0;
        utf8[length++] = digits[0];
        if (digits.Length > 1)
        {
            utf8[length++] = (byte)'.';
            digits[1..].CopyTo(utf8[length..]);
            length += digits.Length - 1;
        }

        utf8[length++] = (byte)'e';
        utf8[length++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(utf8[length..], out var written, "00", CultureInfo.InvariantCulture);
        return length + written;
    }

    private static int WritePlain(ReadOnlySpan<byte> digits, int exponent, Span<byte> utf8)
    {
        var length = 0;
        if (exponent < 0)
        {
            "0.0000"u8[..(1 - exponent)].CopyTo(utf8);
            length = 1 - exponent;
            digits.CopyTo(utf8[length..]);
            return length + digits.Length;
        }

        for (var i = 0; i <= exponent; i++) utf8[length++] = i < digits.Length ? digits[i] : (byte)'0';
        utf8[length++] = (byte)'.';
        if (digits.Length <= exponent + 1)
        {
            utf8[length++] = (byte)'0';
            return length;
        }

        digits[(exponent + 1)..].CopyTo(utf8[length..]);
        return length + digits.Length - exponent - 1;
    }
}
