using System.Diagnostics.CodeAnalysis;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// Bech32: a prefix for people, the separator 1, words of five bits as characters, and six characters of checksum. Without the limit of
/// 90 characters, as Lightning has it; whoever reads foreign text has a limit of their own.
/// </summary>
/// <remarks>BIP 173. Not Bech32m.</remarks>
public static class Bech32
{
    /// <summary>Characters of the checksum.</summary>
    public const int ChecksumLength = 6;

    /// <summary>Characters of a prefix, at most.</summary>
    public const int MaxPrefixLength = 83;

    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const byte NoWord = 255;

    private static readonly byte[] s_words = ReadAlphabet();

    /// <summary>Reads text. The checksum must hold, and letters must be of one case.</summary>
    /// <param name="text">From anywhere, of either case.</param>
    /// <param name="prefix">What stands before the last 1, in lower case.</param>
    /// <param name="words">What stands between it and the checksum: numbers 0 to 31.</param>
    public static bool TryDecode(string text, [NotNullWhen(true)] out string? prefix, [NotNullWhen(true)] out byte[]? words)
    {
        (prefix, words) = (null, null);
        var separator = text.LastIndexOf('1');
        if (separator is < 1 or > MaxPrefixLength || text.Length - separator - 1 < ChecksumLength) return false;
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        if (text.AsSpan().ContainsAnyInRange('A', 'Z') && text.AsSpan().ContainsAnyInRange('a', 'z')) return false;

        var read = new byte[text.Length - separator - 1];
        for (var i = 0; i < read.Length; i++)
        {
            if ((read[i] = s_words[text[separator + 1 + i]]) == NoWord) return false;
        }

        var lower = text[..separator].ToLowerInvariant();
        if (Fold(lower, read) != 1) return false;
        (prefix, words) = (lower, read[..^ChecksumLength]);
        return true;
    }

    /// <summary>Writes text in lower case.</summary>
    /// <param name="prefix">1 to 83 visible ASCII characters without capitals.</param>
    /// <param name="words">Numbers 0 to 31.</param>
    /// <exception cref="ArgumentException">The prefix or a word is none.</exception>
    public static string Encode(string prefix, ReadOnlySpan<byte> words)
    {
        if (prefix.Length is 0 or > MaxPrefixLength || prefix.AsSpan().ContainsAnyExceptInRange('!', '~')
            || prefix.AsSpan().ContainsAnyInRange('A', 'Z')) throw new ArgumentException($"'{prefix}' is no prefix.", nameof(prefix));
        if (words.ContainsAnyExceptInRange((byte)0, (byte)31)) throw new ArgumentException("A word is above 31.", nameof(words));

        Span<byte> none = stackalloc byte[ChecksumLength];
        none.Clear();
        var checksum = Fold(prefix, [.. words, .. none]) ^ 1;
        var text = new char[prefix.Length + 1 + words.Length + ChecksumLength];
        prefix.CopyTo(text);
        text[prefix.Length] = '1';
        var at = prefix.Length + 1;
        foreach (var word in words) text[at++] = Alphabet[word];
        for (var shift = 5 * (ChecksumLength - 1); shift >= 0; shift -= 5) text[at++] = Alphabet[(int)(checksum >> shift) & 31];
        return new string(text);
    }

    /// <summary>Splits bytes into words; the last one's unused bits are zero.</summary>
    public static byte[] ToWords(ReadOnlySpan<byte> bytes) => Regroup(bytes, 8, 5, pad: true);

    /// <summary>Joins words to bytes; bits that fill no byte are dropped.</summary>
    public static byte[] ToBytes(ReadOnlySpan<byte> words) => Regroup(words, 5, 8, pad: false);

    /// <summary>Joins words to bytes; the last one is filled up with zeros.</summary>
    public static byte[] ToPaddedBytes(ReadOnlySpan<byte> words) => Regroup(words, 5, 8, pad: true);

    private static byte[] Regroup(ReadOnlySpan<byte> from, int fromBits, int toBits, bool pad)
    {
        var bits = from.Length * fromBits;
        var to = new byte[(bits + (pad ? toBits - 1 : 0)) / toBits];
        for (var i = 0; i < to.Length * toBits && i < bits; i++)
        {
            var bit = from[i / fromBits] >> (fromBits - 1 - i % fromBits) & 1;
            to[i / toBits] |= (byte)(bit << (toBits - 1 - i % toBits));
        }

        return to;
    }

    /// <summary>1 for a prefix and words that end with their checksum.</summary>
    private static uint Fold(string prefix, ReadOnlySpan<byte> words)
    {
        var sum = 1u;
        foreach (var c in prefix) sum = Step(sum, c >> 5);
        sum = Step(sum, 0);
        foreach (var c in prefix) sum = Step(sum, c & 31);
        foreach (var word in words) sum = Step(sum, word);
        return sum;
    }

    private static uint Step(uint sum, int word)
    {
        ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var top = sum >> 25;
        sum = (sum & 0x1ffffff) << 5 ^ (uint)word;
        for (var i = 0; i < generator.Length; i++)
        {
            if ((top >> i & 1) != 0) sum ^= generator[i];
        }

        return sum;
    }

    private static byte[] ReadAlphabet()
    {
        var words = new byte[128];
        Array.Fill(words, NoWord);
        for (var i = 0; i < Alphabet.Length; i++)
        {
            words[Alphabet[i]] = (byte)i;
            words[char.ToUpperInvariant(Alphabet[i])] = (byte)i;
        }

        return words;
    }
}
