using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Kernel.Encodings;

/// <summary>Lightning invoices: text to <see cref="Bolt11Invoice"/> and back. Nothing that is given makes reading throw.</summary>
/// <remarks>BOLT 11. Vectors: tests/vectors/cashu/bolt11.json.</remarks>
public static class Bolt11
{
    /// <summary>Characters that are read at most: what a QR code holds.</summary>
    public const int MaxLength = 7089;

    /// <summary>Bytes of a description, at most: 1023 words.</summary>
    public const int MaxDescriptionBytes = 639;

    private const int TimestampWords = 7;
    private const int SignatureWords = 104;
    private const int MaxNumberWords = 12;
    private const long MsatPerCoin = 100_000_000_000;

    /// <summary>Reads an invoice and verifies its signature.</summary>
    /// <param name="text">From anywhere, of either case, without a <c>lightning:</c> before it.</param>
    /// <param name="invoice">What it says, and who signed it.</param>
    /// <param name="fault">What is wrong, one sentence; null if nothing is.</param>
    /// <returns>False also for an invoice without a payment hash or payment secret, which nobody can pay.</returns>
    public static bool TryDecode(string text, [NotNullWhen(true)] out Bolt11Invoice? invoice, [NotNullWhen(false)] out string? fault)
    {
        invoice = null;
        fault = "It is no Bech32 text, or its checksum is wrong.";
        if (text.Length > MaxLength || !Bech32.TryDecode(text, out var prefix, out var words)) return false;
        fault = "It is too short for an invoice.";
        if (words.Length < TimestampWords + SignatureWords) return false;
        if (!TryReadPrefix(prefix, out var network, out var amount, out fault)) return false;

        var signed = words.AsSpan(0, words.Length - SignatureWords);
        if (!Bolt11Fields.TryRead(signed[TimestampWords..], out var fields, out fault)) return false;
        if (!TryReadPayee(prefix, signed, words.AsSpan(signed.Length), fields.Payee, out var payee, out fault)) return false;
        if (!PaymentHash.TryRead(fields.PaymentHash, out var hash)) fault = "It has no payment hash.";
        else if (fields.PaymentSecret is null) fault = "It has no payment secret.";
        if (fault is not null) return false;

        invoice = new Bolt11Invoice
        {
            Network = network,
            AmountMsat = amount,
            Timestamp = ReadNumber(signed[..TimestampWords]),
            PaymentHash = hash,
            PaymentSecret = fields.PaymentSecret,
            Description = fields.Description,
            DescriptionHash = AsMemory(fields.DescriptionHash),
            ExpirySeconds = fields.Expiry ?? Bolt11Invoice.DefaultExpirySeconds,
            MinFinalCltvExpiry = fields.MinFinalCltvExpiry,
            Features = fields.Features,
            Payee = payee,
        };
        return true;
    }

    /// <summary>Writes an invoice, signed.</summary>
    /// <param name="invoice">What it says; <see cref="Bolt11Invoice.Payee"/> is not looked at.</param>
    /// <param name="secretKey">The payee's, 32 bytes.</param>
    /// <exception cref="ArgumentException">A member is outside its range, or the key is none.</exception>
    public static string Encode(Bolt11Invoice invoice, ReadOnlySpan<byte> secretKey)
    {
        if (invoice.Network.Length == 0 || invoice.Network.AsSpan().ContainsAnyExceptInRange('a', 'z'))
            throw new ArgumentException($"'{invoice.Network}' is no network.", nameof(invoice));
        if (invoice.Timestamp is < 0 or >= 1L << 35) throw new ArgumentException("The time does not fit 35 bits.", nameof(invoice));
        var prefix = "ln" + invoice.Network + (invoice.AmountMsat is { } amount ? WriteAmount(amount) : "");

        var words = new List<byte>();
        for (var shift = 5 * (TimestampWords - 1); shift >= 0; shift -= 5) words.Add((byte)(invoice.Timestamp >> shift & 31));
        Bolt11Fields.Write(invoice, words);
        Span<byte> signature = stackalloc byte[Secp256k1.RecoverableSignatureLength];
        Secp256k1.SignRecoverable(secretKey, Hash(prefix, words.ToArray()), signature);
        words.AddRange(Bech32.ToWords(signature));
        return Bech32.Encode(prefix, words.ToArray());
    }

    /// <summary>A number's words, most significant first; at most 12, so that sums of numbers fit 63 bits.</summary>
    internal static long ReadNumber(ReadOnlySpan<byte> words)
    {
        var number = 0L;
        foreach (var word in words) number = number << 5 | word;
        return number;
    }

    /// <summary>True if the words, less leading zeros, are few enough for <see cref="ReadNumber"/>.</summary>
    internal static bool IsNumber(ReadOnlySpan<byte> words) => words.TrimStart((byte)0).Length <= MaxNumberWords;

    private static bool TryReadPrefix(
        string prefix, out string network, out long? amountMsat, [NotNullWhen(false)] out string? fault)
    {
        (network, amountMsat, fault) = ("", null, "It does not begin with ln and a network.");
        if (!prefix.StartsWith("ln", StringComparison.Ordinal)) return false;
        var rest = prefix.AsSpan(2);
        var letters = rest.IndexOfAnyExceptInRange('a', 'z');
        network = (letters < 0 ? rest : rest[..letters]).ToString();
        if (network.Length == 0) return false;
        fault = null;
        if (letters < 0) return true;

        amountMsat = ReadAmount(rest[letters..]);
        if (amountMsat is null) fault = "Its amount cannot be read, or is not of whole thousandths of a satoshi.";
        return fault is null;
    }

    /// <summary>Digits without a leading zero, then maybe a multiplier.</summary>
    private static long? ReadAmount(ReadOnlySpan<char> text)
    {
        var multiplier = char.IsAsciiDigit(text[^1]) ? ' ' : text[^1];
        var digits = multiplier == ' ' ? text : text[..^1];
        if (digits.IsEmpty || digits[0] == '0' || digits.Length > 20) return null;
        if (!UInt128.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        if (multiplier == 'p' && number % 10 != 0) return null;
        var msat = multiplier switch
        {
            ' ' => number * MsatPerCoin,
            'm' => number * (MsatPerCoin / 1000),
            'u' => number * (MsatPerCoin / 1_000_000),
            'n' => number * (MsatPerCoin / 1_000_000_000),
            'p' => number / 10,
            _ => UInt128.Zero,
        };
        return msat == 0 || msat > long.MaxValue ? null : (long)msat;
    }

    /// <summary>In the largest unit of which it is a whole number, which is the shortest text.</summary>
    private static string WriteAmount(long msat)
    {
        if (msat <= 0) throw new ArgumentException($"{msat} msat cannot be asked for.", nameof(msat));
        foreach (var (unit, letter) in ((long, string)[])[(MsatPerCoin, ""), (100_000_000, "m"), (100_000, "u"), (100, "n")])
        {
            if (msat % unit == 0) return (msat / unit).ToString(CultureInfo.InvariantCulture) + letter;
        }

        return msat.ToString(CultureInfo.InvariantCulture) + "0p";
    }

    /// <summary>The key that signed. Where the invoice names one, it must have; then a signature with a high s does not count.</summary>
    private static bool TryReadPayee(string prefix, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signatureWords, byte[]? named,
        out PublicKey payee, [NotNullWhen(false)] out string? fault)
    {
        var hash = Hash(prefix, signed);
        var signature = Bech32.ToBytes(signatureWords);
        fault = "Its signature is not valid.";
        if (named is null)
        {
            if (!Secp256k1.TryRecover(hash, signature, out payee, allowHighS: true)) return false;
        }
        else if (!PublicKey.TryRead(named, out payee) || !Secp256k1.Verify(payee, hash, signature.AsSpan(0, 64)))
        {
            return false;
        }

        fault = null;
        return true;
    }

    private static byte[] Hash(string prefix, ReadOnlySpan<byte> words) =>
        SHA256.HashData([.. Encoding.ASCII.GetBytes(prefix), .. Bech32.ToPaddedBytes(words)]);

    private static ReadOnlyMemory<byte>? AsMemory(byte[]? bytes) => bytes is null ? null : (ReadOnlyMemory<byte>?)bytes;
}
