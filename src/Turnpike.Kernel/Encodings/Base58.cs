using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// Base58 with Bitcoin's alphabet: the bytes as one big-endian number, and a <c>1</c> in front for each leading zero byte.
/// Every byte string has exactly one spelling and every spelling one meaning, so that reading back what was written needs no check.
/// </summary>
/// <remarks>The work grows with the square of the length: 0.2 µs for 32 bytes, 2 ms for 4096. Hence <see cref="MaxBytes"/>.</remarks>
public static class Base58
{
    /// <summary>The most bytes that are encoded or decoded; longer values are refused, as each would cost milliseconds.</summary>
    public const int MaxBytes = 4096;

    /// <summary>The most digits that 32 bytes take.</summary>
    public const int MaxDigits32 = 44;

    // Five digits at a time: 58^5 is the largest power whose remainder, put before another 32 bits, fits 64.
    private const uint FiveDigits = 58 * 58 * 58 * 58 * 58;
    private const int StackLimbs = 64;
    private const byte NoDigit = 255;

    private static ReadOnlySpan<byte> Alphabet => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8;

    private static readonly byte[] Values = ReadAlphabet();

    /// <summary>The most digits that so many bytes take.</summary>
    /// <param name="bytes">0 to <see cref="MaxBytes"/>.</param>
    public static int MaxDigits(int bytes) => bytes * 138 / 100 + 1;

    /// <summary>Writes bytes as digits.</summary>
    /// <param name="bytes">At most <see cref="MaxBytes"/>.</param>
    /// <param name="utf8">Takes the digits; <see cref="MaxDigits"/> is enough.</param>
    /// <returns>How many digits there are.</returns>
    /// <exception cref="ArgumentException">Too many bytes, or too little room.</exception>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> utf8)
    {
        if (bytes.Length > MaxBytes) throw new ArgumentException($"{bytes.Length} bytes; at most {MaxBytes} are written.", nameof(bytes));
        var count = LimbsFor(bytes.Length);
        var limbs = count <= StackLimbs ? stackalloc uint[StackLimbs] : new uint[count];
        limbs = limbs[..count];
        ToLimbs(bytes, limbs);

        var digits = count <= StackLimbs ? stackalloc byte[StackLimbs * 6] : new byte[count * 6];
        var first = WriteDigits(limbs, digits);
        var zeros = CountLeading(bytes, 0);
        var length = zeros + digits.Length - first;
        if (length > utf8.Length) throw new ArgumentException($"{length} digits do not fit {utf8.Length}.", nameof(utf8));
        utf8[..zeros].Fill((byte)'1');
        digits[first..].CopyTo(utf8[zeros..]);
        return length;
    }

    /// <summary>The digits of bytes as a string.</summary>
    /// <param name="bytes">At most <see cref="MaxBytes"/>.</param>
    /// <exception cref="ArgumentException">Too many bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes) throw new ArgumentException($"{bytes.Length} bytes; at most {MaxBytes} are written.", nameof(bytes));
        var room = MaxDigits(bytes.Length);
        var utf8 = room <= 256 ? stackalloc byte[256] : new byte[room];
        return Encoding.ASCII.GetString(utf8[..Encode(bytes, utf8)]);
    }

    /// <summary>Reads digits.</summary>
    /// <param name="utf8">The digits. One that is not of the alphabet, a blank too, is false.</param>
    /// <param name="destination">Takes the bytes; undefined after false.</param>
    /// <param name="written">How many bytes there are; 0 after false.</param>
    /// <returns>False also if the bytes do not fit or are more than <see cref="MaxBytes"/>.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> destination, out int written)
    {
        written = 0;
        var zeros = CountLeading(utf8, (byte)'1');
        // So many digits are certainly more bytes than there is room for; refused before any work is done.
        if (zeros > destination.Length || utf8.Length > MaxDigits(Math.Min(destination.Length, MaxBytes))) return false;

        var count = LimbsFor(utf8.Length * 3 / 4 + 1);
        var limbs = count <= StackLimbs ? stackalloc uint[StackLimbs] : new uint[count];
        limbs = limbs[..count];
        limbs.Clear();
        if (!ReadDigits(utf8[zeros..], limbs)) return false;

        Span<byte> number = count <= StackLimbs ? stackalloc byte[StackLimbs * 4] : new byte[count * 4];
        number = number[..(count * 4)];
        FromLimbs(limbs, number);
        number = number[CountLeading(number, 0)..];
        if (zeros + number.Length > Math.Min(destination.Length, MaxBytes)) return false;
        destination[..zeros].Clear();
        number.CopyTo(destination[zeros..]);
        written = zeros + number.Length;
        return true;
    }

    /// <inheritdoc cref="TryDecode(ReadOnlySpan{byte}, Span{byte}, out int)"/>
    /// <param name="text">The digits. One that is not of the alphabet, a blank too, is false.</param>
    /// <param name="destination">Takes the bytes; undefined after false.</param>
    /// <param name="written">How many bytes there are; 0 after false.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.Length > MaxDigits(MaxBytes)) return false;
        var utf8 = text.Length <= 256 ? stackalloc byte[256] : new byte[text.Length];
        return Ascii.FromUtf16(text, utf8, out var length) == System.Buffers.OperationStatus.Done
            && TryDecode(utf8[..length], destination, out written);
    }

    /// <summary>Reads digits that stand for exactly 32 bytes: a key or a hash.</summary>
    /// <param name="utf8">The digits; 32 to 44 of them.</param>
    /// <param name="destination">Takes 32 bytes; undefined after false.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    public static bool TryDecode32(ReadOnlySpan<byte> utf8, Span<byte> destination)
    {
        if (destination.Length != 32) throw new ArgumentException($"{destination.Length} bytes; must be 32.", nameof(destination));
        if (utf8.Length is < 32 or > MaxDigits32) return false;
        Span<uint> limbs = stackalloc uint[8];
        limbs.Clear();
        if (!ReadDigits(utf8, limbs)) return false;
        FromLimbs(limbs, destination);
        return CountLeading(utf8, (byte)'1') == CountLeading(destination, 0);
    }

    /// <inheritdoc cref="TryDecode32(ReadOnlySpan{byte}, Span{byte})"/>
    /// <param name="text">The digits; 32 to 44 of them.</param>
    /// <param name="destination">Takes 32 bytes; undefined after false.</param>
    public static bool TryDecode32(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length > MaxDigits32) return false;
        Span<byte> utf8 = stackalloc byte[MaxDigits32];
        return Ascii.FromUtf16(text, utf8, out var length) == System.Buffers.OperationStatus.Done
            && TryDecode32(utf8[..length], destination);
    }

    private static int LimbsFor(int bytes) => (bytes + 3) / 4;

    private static int CountLeading(ReadOnlySpan<byte> bytes, byte value)
    {
        var other = bytes.IndexOfAnyExcept(value);
        return other < 0 ? bytes.Length : other;
    }

    /// <summary>Limbs of 32 bits, the most significant first; that one is partly filled unless the bytes are a multiple of four.</summary>
    private static void ToLimbs(ReadOnlySpan<byte> bytes, Span<uint> limbs)
    {
        for (var i = limbs.Length - 1; i >= 0; i--)
        {
            if (bytes.Length >= 4)
            {
                limbs[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]);
                bytes = bytes[..^4];
                continue;
            }
            uint rest = 0;
            foreach (var b in bytes) rest = rest << 8 | b;
            limbs[i] = rest;
        }
    }

    private static void FromLimbs(ReadOnlySpan<uint> limbs, Span<byte> bytes)
    {
        for (var i = 0; i < limbs.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes[(4 * i)..], limbs[i]);
    }

    /// <summary>Divides the limbs down to zero; digits are filled from the end. Returns where the first one stands.</summary>
    private static int WriteDigits(Span<uint> limbs, Span<byte> digits)
    {
        var alphabet = Alphabet;
        var at = digits.Length;
        while (true)
        {
            while (limbs.Length > 0 && limbs[0] == 0) limbs = limbs[1..];
            if (limbs.Length == 0) break;

            ulong remainder = 0;
            for (var i = 0; i < limbs.Length; i++)
            {
                var value = remainder << 32 | limbs[i];
                var quotient = value / FiveDigits;
                limbs[i] = (uint)quotient;
                remainder = value - quotient * FiveDigits;
            }
            for (var (n, rest) = (0, (uint)remainder); n < 5; n++, rest /= 58) digits[--at] = alphabet[(int)(rest % 58)];
        }
        while (at < digits.Length && digits[at] == '1') at++;
        return at;
    }

    /// <summary>Multiplies and adds the digits into zeroed limbs; false if one is none, or if the number does not fit.</summary>
    private static bool ReadDigits(ReadOnlySpan<byte> utf8, Span<uint> limbs)
    {
        var values = Values;
        var used = limbs.Length;
        while (utf8.Length > 0)
        {
            // The odd digits come first, so that all the other steps have five.
            var step = utf8.Length % 5 is var odd and > 0 ? odd : 5;
            uint factor = 1;
            ulong carry = 0;
            foreach (var character in utf8[..step])
            {
                var value = values[character];
                if (value == NoDigit) return false;
                factor *= 58;
                carry = carry * 58 + value;
            }
            for (var i = limbs.Length - 1; i >= used || carry != 0; i--)
            {
                if (i < 0) return false;
                carry += (ulong)limbs[i] * factor;
                limbs[i] = unchecked((uint)carry);
                carry >>= 32;
                if (i < used) used = i;
            }
            utf8 = utf8[step..];
        }
        return true;
    }

    private static byte[] ReadAlphabet()
    {
        var values = new byte[256];
        Array.Fill(values, NoDigit);
        for (var i = 0; i < Alphabet.Length; i++) values[Alphabet[i]] = (byte)i;
        Debug.Assert(Alphabet.Length == 58);
        return values;
    }
}
