using System.Buffers;
using Codec = System.Buffers.Text.Base64Url;

namespace Turnpike.Kernel.Encodings;

/// <summary>Base64 with the URL alphabet and without padding (RFC 4648, 5), in which each byte string has exactly one text.</summary>
public static class Base64Url
{
    private static readonly SearchValues<byte> s_alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>How many characters so many bytes take.</summary>
    public static int EncodedLength(int byteCount) => (byteCount * 4 + 2) / 3;

    /// <summary>How many bytes so many characters hold.</summary>
    public static int DecodedLength(int charCount) => charCount / 4 * 3 + charCount % 4 * 3 / 4;

    /// <summary>Writes bytes as text.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="utf8">Room for <see cref="EncodedLength"/> characters.</param>
    /// <returns>How many were written.</returns>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> utf8) => Codec.EncodeToUtf8(bytes, utf8);

    /// <summary>Bytes as text.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Codec.EncodeToString(bytes);

    /// <summary>
    /// Reads text strictly: no padding, no white space, no other character, and the bits of the last character that
    /// belong to no byte are zero.
    /// </summary>
    /// <param name="utf8">The text.</param>
    /// <param name="bytes">Room for <see cref="DecodedLength"/> bytes.</param>
    /// <param name="length">How many bytes were written.</param>
    /// <returns>False if this is not the text of any bytes, or if there is no room.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> bytes, out int length)
    {
        length = 0;
        if (utf8.Length % 4 == 1 || utf8.ContainsAnyExcept(s_alphabet) || bytes.Length < DecodedLength(utf8.Length)) return false;
        var unused = (utf8.Length % 4) switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        if (unused != 0 && (Value(utf8[^1]) & unused) != 0) return false;
        return Codec.TryDecodeFromUtf8(utf8, bytes, out length);
    }

    private static int Value(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
