using System.Security.Cryptography;

namespace Turnpike.Cashu.Client;

/// <summary>A wallet's words (BIP 39, English), from which all its secrets can be made again.</summary>
public static class Mnemonic
{
    private const int BitsOfWord = 11;
    private static readonly Lazy<string[]> s_words = new(ReadWords);

    /// <summary>Twelve new words: 128 random bits and 4 of their SHA-256.</summary>
    public static string Create() => Encode(RandomNumberGenerator.GetBytes(16));

    /// <summary>The words of random bytes.</summary>
    /// <param name="entropy">16, 20, 24, 28 or 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static string Encode(ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length is < 16 or > 32 || entropy.Length % 4 != 0)
            throw new ArgumentException("Words are made of 16, 20, 24, 28 or 32 bytes.", nameof(entropy));
        byte[] bits = [.. entropy, SHA256.HashData(entropy)[0]];
        var words = new string[(8 * entropy.Length + entropy.Length / 4) / BitsOfWord];
        for (var i = 0; i < words.Length; i++) words[i] = s_words.Value[ReadBits(bits, i * BitsOfWord)];
        return string.Join(' ', words);
    }

    /// <summary>Whether a text is 12, 15, 18, 21 or 24 known words with a right checksum.</summary>
    /// <param name="mnemonic">The words, one space between them, in lower case.</param>
    public static bool IsValid(string mnemonic)
    {
        var words = mnemonic.Split(' ');
        if (words.Length is < 12 or > 24 || words.Length % 3 != 0) return false;
        var bits = new byte[(words.Length * BitsOfWord + 7) / 8];
        for (var i = 0; i < words.Length; i++)
        {
            var number = Array.BinarySearch(s_words.Value, words[i], StringComparer.Ordinal);
            if (number < 0) return false;
            for (var bit = 0; bit < BitsOfWord; bit++)
            {
                var at = i * BitsOfWord + bit;
                if ((number >> (BitsOfWord - 1 - bit) & 1) != 0) bits[at / 8] |= (byte)(0x80 >> at % 8);
            }
        }

        return Encode(bits.AsSpan(0, words.Length / 3 * 4)) == mnemonic;
    }

    private static int ReadBits(byte[] bits, int from)
    {
        var number = 0;
        for (var at = from; at < from + BitsOfWord; at++) number = number << 1 | bits[at / 8] >> (7 - at % 8) & 1;
        return number;
    }

    private static string[] ReadWords()
    {
        using var stream = typeof(Mnemonic).Assembly.GetManifestResourceStream("Cashu/bip39-english.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
