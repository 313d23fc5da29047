using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Turnpike.Kernel.Encodings;

/// <summary>The tagged fields of an invoice: a type, a length of two words, so many words.</summary>
/// <remarks>
/// BOLT 11. Of several fields of one type the first counts; unknown types, and hashes and keys of another length than theirs, are passed
/// over.
/// </remarks>
internal sealed class Bolt11Fields
{
    // The types, as words: their letters' places in Bech32's alphabet.
    private const byte P = 1, S = 16, D = 13, H = 23, X = 6, C = 24, N = 19, Nine = 5;
    private const int HashWords = 52;
    private const int KeyWords = 53;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public byte[]? PaymentHash { get; private set; }
    public byte[]? PaymentSecret { get; private set; }
    public byte[]? DescriptionHash { get; private set; }
    public byte[]? Payee { get; private set; }
    public string? Description { get; private set; }
    public long? Expiry { get; private set; }
    public long? MinFinalCltvExpiry { get; private set; }
    public IReadOnlyList<int> Features { get; private set; } = [];

    /// <summary>Reads all fields.</summary>
    public static bool TryRead(ReadOnlySpan<byte> words, out Bolt11Fields fields, [NotNullWhen(false)] out string? fault)
    {
        fields = new Bolt11Fields();
        var hasFeatures = false;
        while (!words.IsEmpty)
        {
            fault = "A field runs past its end.";
            if (words.Length < 3) return false;
            var (type, length) = (words[0], words[1] << 5 | words[2]);
            words = words[3..];
            if (words.Length < length) return false;
            fault = fields.Take(type, words[..length], ref hasFeatures);
            if (fault is not null) return false;
            words = words[length..];
        }

        fault = null;
        return true;
    }

    /// <summary>Writes what an invoice says, in the order of its specification's examples.</summary>
    public static void Write(Bolt11Invoice invoice, List<byte> words)
    {
        Add(words, P, Bech32.ToWords(invoice.PaymentHash.Span));
        Add(words, S, HashOf(invoice.PaymentSecret));
        if (invoice.Description is { } description) Add(words, D, Bech32.ToWords(Utf8(description)));
        if (invoice.DescriptionHash is { } hash) Add(words, H, HashOf(hash));
        Add(words, X, Number(invoice.ExpirySeconds));
        if (invoice.MinFinalCltvExpiry is { } blocks) Add(words, C, Number(blocks));
        if (invoice.Features.Count > 0) Add(words, Nine, Bits(invoice.Features));
    }

    private string? Take(byte type, ReadOnlySpan<byte> words, ref bool hasFeatures)
    {
        switch (type)
        {
            case P when words.Length == HashWords: PaymentHash ??= Bech32.ToBytes(words); break;
            case S when words.Length == HashWords: PaymentSecret ??= Bech32.ToBytes(words); break;
            case H when words.Length == HashWords: DescriptionHash ??= Bech32.ToBytes(words); break;
            case N when words.Length == KeyWords: Payee ??= Bech32.ToBytes(words); break;
            case X or C when !Bolt11.IsNumber(words): return "A number in it is too large.";
            case X: Expiry ??= Bolt11.ReadNumber(words); break;
            case C: MinFinalCltvExpiry ??= Bolt11.ReadNumber(words); break;
            case Nine when !hasFeatures:
                hasFeatures = true;
                Features = ReadBits(words);
                break;
            case D when Description is null: return TakeDescription(Bech32.ToBytes(words));
        }

        return null;
    }

    private string? TakeDescription(byte[] utf8)
    {
        try
        {
            Description = s_utf8.GetString(utf8);
            return null;
        }
        catch (DecoderFallbackException)
        {
            return "Its description is not UTF-8.";
        }
    }

    private static void Add(List<byte> words, byte type, byte[] content)
    {
        if (content.Length >= 1 << 10) throw new ArgumentException($"{content.Length} words do not fit a field.");
        words.AddRange([type, (byte)(content.Length >> 5), (byte)(content.Length & 31), .. content]);
    }

    private static byte[] HashOf(ReadOnlyMemory<byte> bytes) =>
        bytes.Length == 32 ? Bech32.ToWords(bytes.Span) : throw new ArgumentException($"{bytes.Length} bytes are not the 32 of a hash.");

    private static byte[] Utf8(string text)
    {
        var utf8 = s_utf8.GetBytes(text);
        return utf8.Length <= Bolt11.MaxDescriptionBytes ? utf8
            : throw new ArgumentException($"The description has {utf8.Length} bytes; at most {Bolt11.MaxDescriptionBytes} fit.");
    }

    private static byte[] Number(long number)
    {
        if (number is < 0 or >= 1L << 60) throw new ArgumentException($"{number} does not fit 60 bits.");
        var words = new Stack<byte>();
        for (; number > 0; number >>= 5) words.Push((byte)(number & 31));
        return words.Count > 0 ? [.. words] : [0];
    }

    private static byte[] Bits(IReadOnlyList<int> bits)
    {
        if (bits.Min() < 0 || bits.Max() >= 5 * ((1 << 10) - 1)) throw new ArgumentException("A feature bit does not fit a field.");
        var words = new byte[bits.Max() / 5 + 1];
        foreach (var bit in bits) words[^(bit / 5 + 1)] |= (byte)(1 << bit % 5);
        return words;
    }

    private static List<int> ReadBits(ReadOnlySpan<byte> words)
    {
        var bits = new List<int>();
        for (var bit = 0; bit < words.Length * 5; bit++)
        {
            if ((words[^(bit / 5 + 1)] >> bit % 5 & 1) != 0) bits.Add(bit);
        }

        return bits;
    }
}
