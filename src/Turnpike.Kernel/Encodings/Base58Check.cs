using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// Base58 over the payload and the first 4 bytes of SHA256(SHA256(payload)). A version byte, where there is one, is part of the payload.
/// </summary>
public static class Base58Check
{
    /// <summary>Bytes of the checksum.</summary>
    public const int ChecksumLength = 4;

    /// <summary>The most bytes of payload.</summary>
    public const int MaxPayload = Base58.MaxBytes - ChecksumLength;

    private const int StackBytes = 128;

    /// <summary>The digits of a payload as a string.</summary>
    /// <param name="payload">At most <see cref="MaxPayload"/> bytes.</param>
    /// <exception cref="ArgumentException">Too many bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > MaxPayload)
            throw new ArgumentException($"{payload.Length} bytes; at most {MaxPayload} are written.", nameof(payload));
        var length = payload.Length + ChecksumLength;
        var whole = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        payload.CopyTo(whole);
        Checksum(payload, whole.Slice(payload.Length, ChecksumLength));
        return Base58.Encode(whole[..length]);
    }

    /// <summary>Reads digits.</summary>
    /// <param name="utf8">The digits. One that is not of the alphabet, a blank too, is false.</param>
    /// <param name="payload">Takes the payload without its checksum; undefined after false.</param>
    /// <param name="written">How many bytes the payload has; 0 after false.</param>
    /// <returns>False also if the checksum is wrong or the payload does not fit.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> payload, out int written)
    {
        written = 0;
        var room = Math.Min(payload.Length, MaxPayload) + ChecksumLength;
        var whole = room <= StackBytes ? stackalloc byte[StackBytes] : new byte[room];
        if (!Base58.TryDecode(utf8, whole[..room], out var length) || length < ChecksumLength) return false;

        Span<byte> checksum = stackalloc byte[ChecksumLength];
        var content = whole[..(length - ChecksumLength)];
        Checksum(content, checksum);
        if (!checksum.SequenceEqual(whole[content.Length..length])) return false;
        content.CopyTo(payload);
        written = content.Length;
        return true;
    }

    /// <inheritdoc cref="TryDecode(ReadOnlySpan{byte}, Span{byte}, out int)"/>
    /// <param name="text">The digits. One that is not of the alphabet, a blank too, is false.</param>
    /// <param name="payload">Takes the payload without its checksum; undefined after false.</param>
    /// <param name="written">How many bytes the payload has; 0 after false.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> payload, out int written)
    {
        written = 0;
        if (text.Length > Base58.MaxDigits(Base58.MaxBytes)) return false;
        var utf8 = text.Length <= 256 ? stackalloc byte[256] : new byte[text.Length];
        return Ascii.FromUtf16(text, utf8, out var length) == OperationStatus.Done && TryDecode(utf8[..length], payload, out written);
    }

    private static void Checksum(ReadOnlySpan<byte> payload, Span<byte> checksum)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, hash);
        SHA256.HashData(hash, hash);
        hash[..ChecksumLength].CopyTo(checksum);
    }
}
