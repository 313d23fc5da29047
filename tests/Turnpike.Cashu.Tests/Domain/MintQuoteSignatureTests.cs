using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Domain;

public class MintQuoteSignatureTests
{
    private static readonly JsonElement s_vectors = VectorsAttribute.Load("cashu/mint_quote_signature.json");

    [Theory]
    [InlineData("valid", true)]
    [InlineData("invalid", false)]
    public void The_legacy_form_is_taken(string name, bool valid)
    {
        var vector = s_vectors.GetProperty(name);
        var (quote, outputs) = Read(vector);
        var key = Known.Key(s_vectors.GetProperty("pubkey").GetString()!);
        Assert.Equal(valid, MintQuoteSignature.Verify(key, quote, outputs, vector.GetProperty("signature").GetString()));
        Assert.False(MintQuoteSignature.Verify(key, quote, outputs, null));
        Assert.False(MintQuoteSignature.Verify(key, quote, outputs, "00"));
        if (valid) Assert.Equal(s_vectors.GetProperty("message_bytes").GetString(), Encoding.UTF8.GetString(MintQuoteSignature.LegacyMessage(quote, outputs)));
    }

    [Fact]
    public void Both_forms_are_taken()
    {
        var vector = s_vectors.GetProperty("both_formats");
        var (quote, outputs) = Read(vector);
        var key = Known.Key(vector.GetProperty("pubkey").GetString()!);
        var (legacy, framed) = (vector.GetProperty("legacy"), vector.GetProperty("framed"));
        var (legacyMessage, framedMessage) = (MintQuoteSignature.LegacyMessage(quote, outputs), MintQuoteSignature.FramedMessage(quote, outputs));
        Assert.Equal(legacy.GetProperty("message").GetString(), Encoding.UTF8.GetString(legacyMessage));
        Assert.Equal(legacy.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(legacyMessage)));
        Assert.Equal(framed.GetProperty("message_hex").GetString(), Convert.ToHexStringLower(framedMessage));
        Assert.Equal(framed.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(framedMessage)));
        foreach (var form in new[] { legacy, framed })
        {
            Assert.True(MintQuoteSignature.Verify(key, quote, outputs, form.GetProperty("signature").GetString()));
            Assert.False(MintQuoteSignature.Verify(key, quote, [.. outputs.Reverse()], form.GetProperty("signature").GetString()));
        }
    }

    [Fact]
    public void Only_a_locked_quote_wants_a_signature()
    {
        var quote = Known.MintQuote(1);
        Assert.Null(MintQuotes.CheckSignature(quote, [], null));
        Assert.Equal(20008, MintQuotes.CheckSignature(quote with { Pubkey = Known.Key(Known.Generator) }, [], null)?.Code);
    }

    private static (QuoteId Quote, IReadOnlyList<BlindedMessage> Outputs) Read(JsonElement vector)
    {
        var request = Known.Ok(MintMessages.Read(Encoding.UTF8.GetBytes(vector.GetRawText()), Known.Limits));
        return (request.Quote, request.Outputs);
    }
}
