using System.Buffers;
using System.Globalization;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Planetmint.Domain;

/// <summary>What of a transaction's text is hashed, and what is signed.</summary>
/// <remarks>planetmint.md 4.3. Both are the canonical text with some values replaced by null, which moves no other member.</remarks>
public static class TransactionText
{
    private const int MaxSuffix = TransactionId.HexLength + 20;

    /// <summary>The id: SHA3-256 of the canonical text with <c>id</c> null.</summary>
    /// <param name="canonical">The canonical text.</param>
    /// <param name="id">Where the value of <c>id</c> stands in it.</param>
    public static TransactionId Id(ReadOnlySpan<byte> canonical, Range id)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(canonical.Length + 4);
        Span<byte> hash = stackalloc byte[Sha3.Length];
        Sha3.Hash256(buffer.AsSpan(0, WithNulls(canonical, [id], buffer)), hash);
        ArrayPool<byte>.Shared.Return(buffer);
        return new TransactionId(hash);
    }

    /// <summary>The text that every signature starts with: the canonical text with <c>id</c> and all fulfillments null.</summary>
    /// <param name="canonical">The canonical text.</param>
    /// <param name="values">Where the id and the fulfillments stand in it, in ascending order.</param>
    public static byte[] SigningText(ReadOnlySpan<byte> canonical, ReadOnlySpan<Range> values)
    {
        var text = new byte[canonical.Length + 4 * values.Length];
        return text[..WithNulls(canonical, values, text)];
    }

    /// <summary>The 32 bytes that the signatures of an input sign: SHA3-256 of the signing text and the name of what it spends.</summary>
    /// <param name="signingText">See <see cref="SigningText"/>.</param>
    /// <param name="fulfills">What the input spends; null for a CREATE.</param>
    /// <param name="message">Takes 32 bytes.</param>
    public static void Message(ReadOnlySpan<byte> signingText, OutputRef? fulfills, Span<byte> message)
    {
        if (fulfills is not { } output)
        {
            Sha3.Hash256(signingText, message);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(signingText.Length + MaxSuffix);
        signingText.CopyTo(buffer);
        var suffix = buffer.AsSpan(signingText.Length);
        output.TransactionId.WriteHex(suffix);
        output.Index.TryFormat(suffix[TransactionId.HexLength..], out var digits, default, CultureInfo.InvariantCulture);
        Sha3.Hash256(buffer.AsSpan(0, signingText.Length + TransactionId.HexLength + digits), message);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static int WithNulls(ReadOnlySpan<byte> canonical, ReadOnlySpan<Range> values, Span<byte> text)
    {
        var (from, length) = (0, 0);
        foreach (var value in values)
        {
            var kept = canonical[from..value.Start.Value];
            kept.CopyTo(text[length..]);
            length += kept.Length;
            "null"u8.CopyTo(text[length..]);
            length += 4;
            from = value.End.Value;
        }

        canonical[from..].CopyTo(text[length..]);
        return length + canonical.Length - from;
    }
}
