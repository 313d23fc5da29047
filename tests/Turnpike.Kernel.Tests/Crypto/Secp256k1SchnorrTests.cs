using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1SchnorrTests
{
    private static byte[] Sign(byte[] secret, byte[] message, byte[]? auxiliary = null)
    {
        var signature = new byte[64];
        Secp256k1.SignSchnorr(secret, message, auxiliary, signature);
        return signature;
    }

    [Theory, Vectors("crypto/bip340.json", "vectors")]
    public void The_vectors_of_bip_340_agree(
        string? secret_key, string? auxiliary, string public_key, string message, string signature, bool valid)
    {
        Assert.Equal(valid, Secp256k1.VerifySchnorr(Keys.Bytes(public_key), Keys.Bytes(message), Keys.Bytes(signature)));
        if (secret_key is null) return;
        Assert.Equal(public_key, Hex.Encode(Keys.Public(Keys.Bytes(secret_key)).X));
        Assert.Equal(signature, Hex.Encode(Sign(Keys.Bytes(secret_key), Keys.Bytes(message), Keys.Bytes(auxiliary!))));
    }

    [Fact]
    public void Mint_quotes_of_cashu_are_signed_in_both_formats()
    {
        var file = VectorsAttribute.Load("cashu/mint_quote_signature.json").GetProperty("both_formats");
        var key = Keys.Parse(file.GetProperty("pubkey").GetString()!);
        foreach (var format in new[] { "legacy", "framed" })
        {
            var hash = Keys.Bytes(file.GetProperty(format).GetProperty("sha256").GetString()!);
            var signature = file.GetProperty(format).GetProperty("signature").GetString()!;
            Assert.True(Secp256k1.VerifySchnorr(key.X, hash, Keys.Bytes(signature)));
            Assert.Equal(signature, Hex.Encode(Sign(Keys.Number(1), hash)));
            Assert.Equal(signature, Hex.Encode(Sign(Keys.Number(1), hash, new byte[32])));
        }
    }

    [Theory]
    [InlineData("valid", true)]
    [InlineData("invalid", false)]
    public void A_mint_quote_signature_is_over_the_hash_of_quote_and_outputs(string member, bool valid)
    {
        var file = VectorsAttribute.Load("cashu/mint_quote_signature.json");
        var quote = file.GetProperty(member);
        var message = quote.GetProperty("quote").GetString() + string.Concat(quote.GetProperty("outputs").EnumerateArray()
            .Select(o => o.GetProperty("B_").GetString()));
        var key = Keys.Parse(file.GetProperty("pubkey").GetString()!);
        var signature = Keys.Bytes(quote.GetProperty("signature").GetString()!);
        Assert.Equal(valid, Secp256k1.VerifySchnorr(key.X, Keys.Sha256(message), signature));
    }

    [Fact]
    public void A_signature_verifies_and_with_any_bit_changed_does_not() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Arbitraries.BytesUpTo(70).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (secret, message, bit) =>
        {
            var x = Keys.Public(secret).X.ToArray();
            var signature = Sign(secret, message, Keys.Number(bit));
            return Secp256k1.VerifySchnorr(x, message, signature)
                && !Secp256k1.VerifySchnorr(x, message, Arbitraries.Flip(signature, bit))
                && !Secp256k1.VerifySchnorr(Arbitraries.Flip(x, bit), message, signature)
                && !Secp256k1.VerifySchnorr(x, message.Length == 0 ? [0] : Arbitraries.Flip(message, bit), signature)
                && !Secp256k1.Verify(Keys.Public(secret), new byte[32], signature);
        }).Check(Base58Tests.Seeded(300));

    [Fact]
    public void Other_lengths_are_refused_without_an_exception()
    {
        var x = Keys.Public(Keys.Number(1)).X.ToArray();
        var signature = Sign(Keys.Number(1), []);
        Assert.True(Secp256k1.VerifySchnorr(x, [], signature));
        Assert.False(Secp256k1.VerifySchnorr([], [], signature));
        Assert.False(Secp256k1.VerifySchnorr([2, .. x], [], signature));
        Assert.False(Secp256k1.VerifySchnorr(x, [], []));
        Assert.False(Secp256k1.VerifySchnorr(x, [], signature.AsSpan(1)));
        Assert.False(Secp256k1.VerifySchnorr(x, [], [.. signature, 0]));
        Assert.False(Secp256k1.VerifySchnorr(new byte[32], [], new byte[64]));
    }

    [Fact]
    public void Wrong_lengths_and_secrets_of_ours_are_exceptions()
    {
        Assert.Throws<ArgumentException>(() => Sign(new byte[32], []));
        Assert.Throws<ArgumentException>(() => Sign(Keys.Bytes(Keys.Order), []));
        Assert.Throws<ArgumentException>(() => Sign(new byte[31], []));
        Assert.Throws<ArgumentException>(() => Sign(Keys.Number(1), [], new byte[31]));
        Assert.Throws<ArgumentException>(() => Secp256k1.SignSchnorr(Keys.Number(1), [], [], new byte[63]));
    }
}
