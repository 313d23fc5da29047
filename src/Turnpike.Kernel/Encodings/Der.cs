using System.Numerics;

namespace Turnpike.Kernel.Encodings;

/// <summary>Writes ASN.1 DER (X.690, 10). For small values: a value is built from the values within it.</summary>
public static class Der
{
    /// <summary>A value with its tag and length.</summary>
    /// <param name="tag">The tag, with its class and whether it is constructed.</param>
    /// <param name="content">What is within it.</param>
    public static byte[] Value(byte tag, ReadOnlySpan<byte> content)
    {
        var value = new byte[HeaderLength(content.Length) + content.Length];
        WriteHeader(tag, content.Length, value);
        content.CopyTo(value.AsSpan(value.Length - content.Length));
        return value;
    }

    /// <summary>A value made of other values, one after another.</summary>
    /// <param name="tag">The tag, with its class and whether it is constructed.</param>
    /// <param name="values">The values within it, each with tag and length.</param>
    public static byte[] Sequence(byte tag, params ReadOnlySpan<byte[]> values)
    {
        var length = 0;
        foreach (var value in values) length += value.Length;
        var whole = new byte[HeaderLength(length) + length];
        WriteHeader(tag, length, whole);
        var at = whole.Length - length;
        foreach (var value in values)
        {
            value.CopyTo(whole, at);
            at += value.Length;
        }

        return whole;
    }

    /// <summary>A SET OF: the values in ascending order of their encodings; equal ones stay.</summary>
    /// <param name="tag">The tag, with its class and whether it is constructed.</param>
    /// <param name="values">The values within it, each with tag and length, in any order.</param>
    public static byte[] SetOf(byte tag, IEnumerable<byte[]> values)
    {
        byte[][] sorted = [.. values];
        Array.Sort(sorted, (a, b) => Compare(a, b));
        return Sequence(tag, sorted);
    }

    /// <summary>An integer that is not negative, in as few bytes as two's complement allows, big-endian.</summary>
    /// <param name="tag">The tag; implicit ones are not 02.</param>
    /// <param name="value">Not negative.</param>
    public static byte[] NonNegative(byte tag, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)value);
        var length = bits / 8 + 1;      // one bit more than the value has: the sign
        Span<byte> content = stackalloc byte[length];
        for (var i = 0; i < length && i < 8; i++) content[length - 1 - i] = (byte)(value >> (8 * i) & 0xFF);
        return Value(tag, content);
    }

    /// <summary>The order of DER's sets: as byte strings.</summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => a.SequenceCompareTo(b);

    /// <summary>How many bytes tag and length of a value take.</summary>
    /// <param name="contentLength">At most 2²⁴ - 1.</param>
    public static int HeaderLength(int contentLength) =>
        contentLength < 0x80 ? 2 : contentLength < 0x100 ? 3 : contentLength < 0x1_0000 ? 4 : 5;

    private static void WriteHeader(byte tag, int contentLength, Span<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contentLength, 0xFF_FFFF);
        value[0] = tag;
        var bytes = HeaderLength(contentLength) - 2;
        if (bytes == 0)
        {
            value[1] = (byte)contentLength;
            return;
        }

        value[1] = (byte)(0x80 | bytes);
        for (var i = 0; i < bytes; i++) value[1 + bytes - i] = (byte)(contentLength >> (8 * i) & 0xFF);
    }
}
