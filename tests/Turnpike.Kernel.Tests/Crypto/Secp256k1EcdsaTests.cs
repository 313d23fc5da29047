using System.Security.Cryptography;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1EcdsaTests
{
    private static byte[] Sign(byte[] secret, byte[] hash)
    {
        var signature = new byte[64];
        Secp256k1.Sign(secret, hash, signature);
        return signature;
    }

    /// <summary>The same signature with the order less s.</summary>
    internal static byte[] TurnOver(ReadOnlySpan<byte> signature)
    {
        var turned = signature.ToArray();
        Assert.True(Secp256k1.TryNegate(turned.AsSpan(32, 32)));
        return turned;
    }

    [Theory, Vectors("crypto/ecdsa.json", "rfc6979")]
    public void Signatures_are_the_published_ones(string secret_key, string message, string signature)
    {
        var (secret, hash) = (Keys.Bytes(secret_key), Keys.Sha256(message));
        Assert.Equal(signature, Hex.Encode(Sign(secret, hash)));
        Assert.True(Secp256k1.Verify(Keys.Public(secret), hash, Keys.Bytes(signature)));
    }

    [Fact]
    public void Envelopes_of_a_miner_verify_and_read_and_write_as_der()
    {
        var mapi = VectorsAttribute.Load("p4/mapi.json");
        var signed = mapi.GetProperty("answers").EnumerateArray()
            .Where(a => a.GetProperty("signatureValid").ValueKind == JsonValueKind.True)
            .Select(a => a.GetProperty("response")).Prepend(mapi.GetProperty("feeQuote")).ToList();
        Assert.True(signed.Count > 8);
        foreach (var envelope in signed)
        {
            var der = Keys.Bytes(envelope.GetProperty("signature").GetString()!);
            var key = Keys.Bytes(envelope.GetProperty("publicKey").GetString()!);
            var hash = Keys.Sha256(envelope.GetProperty("payload").GetString()!);
            var signature = new byte[64];
            Assert.True(Secp256k1.TryReadDer(der, signature));
            Assert.True(Secp256k1.Verify(key, hash, signature));
            Assert.False(Secp256k1.Verify(key, SHA256.HashData(hash), signature));

            var written = new byte[Secp256k1.MaxDerLength];
            Assert.Equal(der, written[..Secp256k1.WriteDer(signature, written)]);
            Assert.Equal(signature, Sign(Keys.Bytes(mapi.GetProperty("minerKey").GetString()!), hash));
        }
    }

    [Fact]
    public void An_envelope_that_was_changed_after_signing_does_not_verify()
    {
        var changed = VectorsAttribute.Load("p4/mapi.json").GetProperty("answers").EnumerateArray()
            .Single(a => a.GetProperty("name").GetString() == "payload changed after signing").GetProperty("response");
        var signature = new byte[64];
        Assert.True(Secp256k1.TryReadDer(Keys.Bytes(changed.GetProperty("signature").GetString()!), signature));
        var hash = Keys.Sha256(changed.GetProperty("payload").GetString()!);
        Assert.False(Secp256k1.Verify(Keys.Bytes(changed.GetProperty("publicKey").GetString()!), hash, signature, allowHighS: true));
    }

    [Fact]
    public void A_signature_verifies_and_with_any_bit_changed_does_not() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Arbitraries.Bytes(32).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (secret, hash, bit) =>
        {
            var key = Keys.Public(secret);
            var signature = Sign(secret, hash);
            var uncompressed = new byte[65];
            return key.TryWriteUncompressed(uncompressed)
                && Secp256k1.Verify(key, hash, signature) && Secp256k1.Verify(uncompressed, hash, signature)
                && Secp256k1.Verify(key, hash, signature, allowHighS: true)
                && !Secp256k1.Verify(key, hash, Arbitraries.Flip(signature, bit), bit % 2 == 0)
                && !Secp256k1.Verify(key, Arbitraries.Flip(hash, bit), signature, bit % 2 == 0)
                && !Secp256k1.Verify(Arbitraries.Flip(key.Span.ToArray(), bit), hash, signature)
                && !Secp256k1.Verify(Arbitraries.Flip(uncompressed, bit), hash, signature);
        }).Check(Base58Tests.Seeded(300));

    [Fact]
    public void High_s_counts_only_where_it_is_allowed() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Arbitraries.Bytes(32).ToArbitrary(), (secret, hash) =>
        {
            var key = Keys.Public(secret);
            var low = Sign(secret, hash);
            var high = TurnOver(low);
            var normalized = new byte[64];
            return !Secp256k1.Verify(key, hash, high)
                && Secp256k1.Verify(key, hash, high, allowHighS: true)
                && Secp256k1.TryNormalize(high, normalized, out var was) && was && normalized.SequenceEqual(low)
                && Secp256k1.TryNormalize(low, normalized, out was) && !was && normalized.SequenceEqual(low)
                && Secp256k1.TryNormalize(high, high, out was) && was && high.SequenceEqual(low);
        }).Check(Base58Tests.Seeded(200));

    [Theory, Vectors("crypto/ecdsa.json", "bad_der")]
    public void Der_that_is_not_strict_is_refused(string why, string der) =>
        Assert.False(Secp256k1.TryReadDer(Keys.Bytes(der), new byte[64]), why);

    [Fact]
    public void Mutated_der_never_throws_and_what_is_read_is_written_back_the_same() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(0, 4).ToArbitrary(), (secret, bit, cut) =>
        {
            var (der, signature) = (new byte[Secp256k1.MaxDerLength], new byte[64]);
            var length = Secp256k1.WriteDer(Sign(secret, secret), der);
            var mutated = Arbitraries.Flip(der[..length], bit)[..(length - cut)];
            if (!Secp256k1.TryReadDer(mutated, signature)) return true;
            return der.AsSpan(0, Secp256k1.WriteDer(signature, der)).SequenceEqual(mutated);
        }).Check(Base58Tests.Seeded(2000));

    [Fact]
    public void Numbers_out_of_range_are_refused_without_an_exception()
    {
        var (key, hash) = (Keys.Parse(Keys.Generator), Keys.Sha256("message"));
        var good = Sign(Keys.Number(1), hash);
        var order = Keys.Bytes(Keys.Order);
        byte[][] bad = [[.. order, .. good[32..]], [.. good[..32], .. order],
            [.. new byte[32], .. good[32..]], [.. good[..32], .. new byte[32]], new byte[64],
            [.. Enumerable.Repeat((byte)255, 64)], [], good[1..], [.. good, 0]];
        Assert.All(bad, signature => Assert.False(Secp256k1.Verify(key, hash, signature)));
        Assert.All(bad, signature => Assert.False(Secp256k1.Verify(key, hash, signature, allowHighS: true)));
        Assert.False(Secp256k1.TryNormalize(bad[0], new byte[64], out _));
        Assert.False(Secp256k1.TryNormalize(good.AsSpan(1), new byte[64], out _));
        Assert.False(Secp256k1.Verify([], hash, good));
    }

    [Fact]
    public void Wrong_lengths_and_secrets_of_ours_are_exceptions()
    {
        var (secret, hash, signature) = (Keys.Number(1), new byte[32], new byte[64]);
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(new byte[32], hash, signature));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(Keys.Bytes(Keys.Order), hash, signature));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(secret.AsSpan(1), hash, signature));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(secret, hash.AsSpan(1), signature));
        Assert.Throws<ArgumentException>(() => Secp256k1.Sign(secret, hash, signature.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => Secp256k1.Verify(Keys.Public(secret), hash.AsSpan(1), signature));
        Assert.Throws<ArgumentException>(() => Secp256k1.WriteDer(Sign(secret, hash), new byte[20]));
        Assert.Throws<ArgumentException>(() => Secp256k1.WriteDer(Sign(secret, hash), []));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryReadDer([], new byte[63]));
    }
}
