using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Ed25519Tests
{
    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static byte[] PublicKey(byte[] seed)
    {
        var key = new byte[32];
        Ed25519.PublicKey(seed, key);
        return key;
    }

    private static byte[] Sign(byte[] seed, byte[] message)
    {
        var signature = new byte[64];
        Ed25519.Sign(seed, message, signature);
        return signature;
    }

    [Theory, Vectors("crypto/ed25519.json", "valid")]
    public void Published_keys_and_signatures_agree(string seed, string publicKey, string message, string signature)
    {
        Assert.Equal(publicKey, Hex.Encode(PublicKey(Bytes(seed))));
        Assert.Equal(signature, Hex.Encode(Sign(Bytes(seed), Bytes(message))));
        Assert.True(Ed25519.Verify(Bytes(publicKey), Bytes(message), Bytes(signature)));
    }

    [Fact]
    public void Seeds_of_planetmint_have_the_keys_of_planetmint()
    {
        foreach (var key in VectorsAttribute.Load("planetmint/keys.json").GetProperty("keys").EnumerateObject().Select(p => p.Value))
        {
            var seed = Bytes(key.GetProperty("seed_hex").GetString()!);
            Assert.Equal(key.GetProperty("public_key_hex").GetString(), Hex.Encode(PublicKey(seed)));
        }
    }

    [Fact]
    public void Fulfillments_of_planetmint_verify()
    {
        var checkedOnes = 0;
        foreach (var vector in VectorsAttribute.Load("planetmint/fulfillments.json").EnumerateArray())
        {
            var der = Bytes(vector.GetProperty("der_hex").GetString()!);
            if (der[0] != 0xa4) continue;
            Assert.True(Ed25519.Verify(der.AsSpan(4, 32), Bytes(vector.GetProperty("message_hex").GetString()!), der.AsSpan(38, 64)));
            checkedOnes++;
        }
        Assert.True(checkedOnes > 3);
    }

    [Fact]
    public void Channel_transactions_of_aeternity_are_signed_by_their_parties()
    {
        foreach (var vector in VectorsAttribute.Load("aeternity/signatures.json").GetProperty("vectors").EnumerateArray())
        {
            var raw = Bytes(vector.GetProperty("message_raw_hex").GetString()!);
            var hashed = Bytes(vector.GetProperty("message_hash_hex").GetString()!);
            foreach (var (party, account) in Parties)
            {
                var signatures = vector.GetProperty(party);
                Assert.True(Ed25519.Verify(account, raw, Bytes(signatures.GetProperty("raw").GetString()!)));
                Assert.True(Ed25519.Verify(account, hashed, Bytes(signatures.GetProperty("hash").GetString()!)));
                Assert.False(Ed25519.Verify(account, hashed, Bytes(signatures.GetProperty("raw").GetString()!)));
            }
        }
    }

    /// <summary>The first two accounts of aeternity/encodings.json.</summary>
    private static (string, byte[])[] Parties =>
    [
        ("initiator", Bytes("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c")),
        ("responder", Bytes("8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394")),
    ];

    [Theory, Vectors("crypto/ed25519.json", "invalid")]
    public void What_the_standard_forbids_is_refused(string publicKey, string message, string signature) =>
        Assert.False(Ed25519.Verify(Bytes(publicKey), Bytes(message), Bytes(signature)));

    [Fact]
    public void A_signature_verifies_and_with_any_bit_changed_does_not() => Prop.ForAll(
        Arbitraries.Bytes(32).ToArbitrary(), Arbitraries.BytesUpTo(80).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (seed, message, bit) =>
        {
            var key = PublicKey(seed);
            var signature = Sign(seed, message);
            return Ed25519.Verify(key, message, signature)
                && !Ed25519.Verify(key, message, Arbitraries.Flip(signature, bit))
                && !Ed25519.Verify(Arbitraries.Flip(key, bit), message, signature)
                && !Ed25519.Verify(key, message.Length == 0 ? [0] : Arbitraries.Flip(message, bit), signature);
        }).Check(Base58Tests.Seeded(500));

    [Fact]
    public void Every_single_bit_of_a_signature_counts()
    {
        var seed = new byte[32];
        var signature = Sign(seed, [1, 2, 3]);
        for (var bit = 0; bit < 512; bit++)
            Assert.False(Ed25519.Verify(PublicKey(seed), [1, 2, 3], Arbitraries.Flip(signature, bit)));
    }

    [Fact]
    public void An_expanded_key_signs_as_its_seed_does()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var expanded = new byte[Ed25519.ExpandedKeyLength];
        var signature = new byte[64];
        Ed25519.Expand(seed, expanded);
        Ed25519.SignExpanded(expanded, "message"u8, signature);
        Assert.Equal(Sign(seed, "message"u8.ToArray()), signature);
    }

    [Fact]
    public void Keys_and_signatures_of_other_lengths_are_refused_without_an_exception()
    {
        var key = PublicKey(new byte[32]);
        var signature = Sign(new byte[32], []);
        Assert.True(Ed25519.Verify(key, [], signature));
        Assert.False(Ed25519.Verify([], [], signature));
        Assert.False(Ed25519.Verify(key.AsSpan(1), [], signature));
        Assert.False(Ed25519.Verify([.. key, 0], [], signature));
        Assert.False(Ed25519.Verify(key, [], []));
        Assert.False(Ed25519.Verify(key, [], signature.AsSpan(1)));
        Assert.False(Ed25519.Verify(key, [], [.. signature, 0]));
    }

    [Fact]
    public void Wrong_lengths_of_what_is_ours_are_exceptions()
    {
        Assert.Throws<ArgumentException>(() => Ed25519.PublicKey(new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => Ed25519.PublicKey(new byte[32], new byte[31]));
        Assert.Throws<ArgumentException>(() => Ed25519.Sign(new byte[33], [], new byte[64]));
        Assert.Throws<ArgumentException>(() => Ed25519.Sign(new byte[32], [], new byte[63]));
        Assert.Throws<ArgumentException>(() => Ed25519.SignExpanded(new byte[32], [], new byte[64]));
        Assert.Throws<ArgumentException>(() => Ed25519.Expand(new byte[32], new byte[65]));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var seed = new byte[32];
        var (key, signature) = (PublicKey(seed), Sign(seed, [7]));
        var signed = new byte[64];
        Assert.Equal(0, Allocated.By(() => Ed25519.Verify(key, [7], signature)));
        Assert.Equal(0, Allocated.By(() => Ed25519.Sign(seed, [7], signed)));
    }

    [Fact]
    public void Four_threads_at_once_agree() => Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
    {
        byte[] seed = [(byte)(i % 256), (byte)(i / 256), .. new byte[30]];
        var message = BitConverter.GetBytes(i);
        var signature = Sign(seed, message);
        Assert.True(Ed25519.Verify(PublicKey(seed), message, signature));
        Assert.False(Ed25519.Verify(PublicKey(seed), [.. message, 0], signature));
    });
}
