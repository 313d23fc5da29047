using System.Buffers;

namespace Turnpike.Kernel.Encodings;

/// <summary>Hexadecimal without a prefix: two digits a byte. Written in lower case.</summary>
public static class Hex
{
    /// <summary>Reads digits of either case.</summary>
    /// <param name="utf8">The digits; exactly twice as many as <paramref name="destination"/> has bytes, or it is false.</param>
    /// <param name="destination">Takes the bytes; undefined after false.</param>
    public static bool TryDecode(ReadOnlySpan<byte> utf8, Span<byte> destination) =>
        utf8.Length == 2L * destination.Length
        && Convert.FromHexString(utf8, destination, out _, out _) == OperationStatus.Done;

    /// <inheritdoc cref="TryDecode(ReadOnlySpan{byte}, Span{byte})"/>
    /// <param name="text">The digits; exactly twice as many as <paramref name="destination"/> has bytes, or it is false.</param>
    /// <param name="destination">Takes the bytes; undefined after false.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination) =>
        text.Length == 2L * destination.Length
        && Convert.FromHexString(text, destination, out _, out _) == OperationStatus.Done;

    /// <summary>Reads digits in lower case only, for protocols in which a value has one spelling.</summary>
    /// <inheritdoc cref="TryDecode(ReadOnlySpan{byte}, Span{byte})"/>
    public static bool TryDecodeLower(ReadOnlySpan<byte> utf8, Span<byte> destination) =>
        !utf8.ContainsAnyInRange((byte)'A', (byte)'F') && TryDecode(utf8, destination);

    /// <summary>Reads digits in lower case only, for protocols in which a value has one spelling.</summary>
    /// <inheritdoc cref="TryDecode(ReadOnlySpan{char}, Span{byte})"/>
    public static bool TryDecodeLower(ReadOnlySpan<char> text, Span<byte> destination) =>
        !text.ContainsAnyInRange('A', 'F') && TryDecode(text, destination);

    /// <summary>Writes bytes as digits.</summary>
    /// <param name="bytes">What is written.</param>
    /// <param name="utf8">Takes exactly twice as many digits.</param>
    /// <exception cref="ArgumentException"><paramref name="utf8"/> has another length.</exception>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<byte> utf8)
    {
        if (utf8.Length != 2L * bytes.Length)
            throw new ArgumentException($"{bytes.Length} bytes are {2L * bytes.Length} digits, not {utf8.Length}.", nameof(utf8));
        Convert.TryToHexStringLower(bytes, utf8, out _);
    }

    /// <summary>The digits of bytes as a string.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
