using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Client;

/// <summary>Tokens as text: <c>cashuB…</c> (CBOR, version 4) and <c>cashuA…</c> (JSON, version 3); and raw, for NFC and the like.</summary>
/// <remarks>NUT-00. Vectors: tests/vectors/cashu/tokens.json.</remarks>
public static class Tokens
{
    private const string PrefixV3 = "cashuA";
    private const string PrefixV4 = "cashuB";
    private const string Scheme = "cashu:";
    private const int MaxLength = 8 * 1024 * 1024;

    private static ReadOnlySpan<byte> PrefixRaw => "crawB"u8;

    /// <summary>Writes a token of version 4. Ids of keysets of version 01 are written short.</summary>
    /// <param name="token">The token.</param>
    /// <returns><c>cashuB</c> and base64url without padding.</returns>
    public static string Encode(Token token) => PrefixV4 + Base64Url.Encode(TokenCbor.Write(token));

    /// <summary>Writes a token of version 3, for old wallets.</summary>
    /// <param name="token">The token.</param>
    /// <returns><c>cashuA</c> and base64url without padding.</returns>
    public static string EncodeV3(Token token)
    {
        var model = new TokenModel([new TokenEntryModel(token.Mint, [.. token.Proofs.Select(ProofModel.Of)])], token.Unit, token.Memo);
        return PrefixV3 + Base64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(model, ClientJson.Default.TokenModel));
    }

    /// <summary>Writes a token of version 4 as bytes.</summary>
    /// <param name="token">The token.</param>
    /// <returns><c>crawB</c> and the CBOR.</returns>
    public static byte[] EncodeRaw(Token token) => [.. PrefixRaw, .. TokenCbor.Write(token)];

    /// <summary>Reads a token of either version, also with <c>cashu:</c> before it and padding after it.</summary>
    /// <param name="text">From anywhere.</param>
    /// <returns>The token; its proofs are not verified. Or token_malformed.</returns>
    public static Result<Token> Decode(string text)
    {
        text = text.Trim();
        if (text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) text = text[Scheme.Length..];
        if (text.Length > MaxLength) return WalletErrors.TokenMalformed("it is too long");
        var isV3 = text.StartsWith(PrefixV3, StringComparison.Ordinal);
        if (!isV3 && !text.StartsWith(PrefixV4, StringComparison.Ordinal))
            return WalletErrors.TokenMalformed($"it starts neither with {PrefixV3} nor with {PrefixV4}");
        if (!TryDecodeBase64(text[PrefixV4.Length..], out var bytes)) return WalletErrors.TokenMalformed("it is not base64");
        return isV3 ? DecodeJson(bytes) : TokenCbor.Read(bytes);
    }

    /// <summary>Reads a raw token.</summary>
    /// <param name="bytes">From anywhere.</param>
    /// <returns>The token; its proofs are not verified. Or token_malformed.</returns>
    public static Result<Token> DecodeRaw(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(PrefixRaw)
            ? TokenCbor.Read(bytes[PrefixRaw.Length..]) : WalletErrors.TokenMalformed("it does not start with crawB");

    /// <summary>The short id, which stands in tokens: 8 bytes.</summary>
    internal static KeysetId ShortId(in KeysetId id) => new(id.Span[..KeysetId.ShortLength]);

    /// <summary>Reads an id of a token: 8 or 33 bytes, known versions only.</summary>
    internal static bool TryReadId(ReadOnlySpan<byte> bytes, out KeysetId id)
    {
        var isKnown = bytes.Length is KeysetId.ShortLength or KeysetId.LongLength
            && bytes[0] <= 1 && (bytes[0] == 1 || bytes.Length == KeysetId.ShortLength);
        id = isKnown ? new KeysetId(bytes) : default;
        return isKnown;
    }

    /// <summary>Base64 of either alphabet, with padding or without.</summary>
    internal static bool TryDecodeBase64(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(text.TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        bytes = new byte[Base64Url.DecodedLength(utf8.Length)];
        if (Base64Url.TryDecode(utf8, bytes, out var length) && length == bytes.Length) return true;
        bytes = null;
        return false;
    }

    private static Result<Token> DecodeJson(byte[] json)
    {
        try
        {
            var model = JsonSerializer.Deserialize(json, ClientJson.Default.TokenModel);
            if (model?.Token is not [var entry]) return WalletErrors.TokenMalformed("it must be of one mint");
            var proofs = new List<OwnedProof>();
            foreach (var proof in entry.Proofs)
            {
                if (proof.TryRead() is not { } read) return WalletErrors.TokenMalformed("a proof in it is none");
                proofs.Add(read);
            }

            if (proofs.Count == 0) return WalletErrors.TokenMalformed("it is empty");
            return new Token(entry.Mint, model.Unit ?? "sat", proofs, model.Memo);
        }
        catch (JsonException)
        {
            return WalletErrors.TokenMalformed("its JSON is not understood");
        }
    }
}
