using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>The signature that a locked mint quote wants, in either of its forms.</summary>
/// <remarks>docs/specs/cashu.md 4.4 (NUT-20). Vectors: tests/vectors/cashu/mint_quote_signature.json.</remarks>
public static class MintQuoteSignature
{
    /// <summary>True if the signature is the key's over the quote and all outputs; the framed form is tried first.</summary>
    /// <param name="pubkey">The quote's key.</param>
    /// <param name="quote">The quote.</param>
    /// <param name="outputs">All outputs of the request, in order.</param>
    /// <param name="signature">128 hexadecimal digits; null, or anything else, is false.</param>
    public static bool Verify(in PublicKey pubkey, QuoteId quote, IReadOnlyList<BlindedMessage> outputs, string? signature)
    {
        Span<byte> bytes = stackalloc byte[Secp256k1.SignatureLength];
        if (signature is null || !Hex.TryDecode(signature, bytes)) return false;
        return Secp256k1.VerifySchnorr(pubkey.X, SHA256.HashData(FramedMessage(quote, outputs)), bytes)
            || Secp256k1.VerifySchnorr(pubkey.X, SHA256.HashData(LegacyMessage(quote, outputs)), bytes);
    }

    /// <summary>What is hashed and signed, framed: label, and quote, amounts and points each with its length before it.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="outputs">All outputs.</param>
    public static byte[] FramedMessage(QuoteId quote, IReadOnlyList<BlindedMessage> outputs)
    {
        var message = new ArrayBufferWriter<byte>(64 + outputs.Count * 49);
        message.Write("Cashu_MintQuoteSig_v1"u8);
        WriteFramed(message, Encoding.UTF8.GetBytes(quote.Value));
        Span<byte> amount = stackalloc byte[sizeof(ulong)];
        Span<byte> point = stackalloc byte[PublicKey.Length];
        foreach (var output in outputs)
        {
            BinaryPrimitives.WriteUInt64BigEndian(amount, output.Amount);
            WriteFramed(message, amount.TrimStart((byte)0));
            output.Blinded.CopyBytes(point);
            WriteFramed(message, point);
        }

        return message.WrittenSpan.ToArray();
    }

    /// <summary>What is hashed and signed, legacy: the texts of quote and points, one after the other.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="outputs">All outputs.</param>
    public static byte[] LegacyMessage(QuoteId quote, IReadOnlyList<BlindedMessage> outputs)
    {
        var message = new ArrayBufferWriter<byte>(64 + outputs.Count * PointText.Length);
        Encoding.UTF8.GetBytes(quote.Value, message);
        foreach (var output in outputs) message.Write(output.Blinded.Utf8);
        return message.WrittenSpan.ToArray();
    }

    private static void WriteFramed(ArrayBufferWriter<byte> message, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32BigEndian(message.GetSpan(sizeof(int)), part.Length);
        message.Advance(sizeof(int));
        message.Write(part);
    }
}
