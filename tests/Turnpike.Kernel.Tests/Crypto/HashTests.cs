using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class HashTests
{
    private delegate void Hash(ReadOnlySpan<byte> data, Span<byte> hash32);

    private static void AssertAgrees(Hash hash, JsonElement vector, int modulus)
    {
        var data = vector.TryGetProperty("hex", out var hex) ? Convert.FromHexString(hex.GetString()!)
            : vector.TryGetProperty("utf8", out var utf8) ? Encoding.UTF8.GetBytes(utf8.GetString()!)
            : [.. Enumerable.Range(0, vector.GetProperty("length").GetInt32()).Select(i => (byte)(i % modulus))];
        var digest = new byte[32];
        hash(data, digest);
        Assert.Equal(vector.GetProperty("digest").GetString()!.Replace("0x", "", StringComparison.Ordinal), Hex.Encode(digest));
    }

    [Theory, Vectors("clearnet/keccak.json", "vectors")]
    public void Keccak_256_agrees_with_ethereum(JsonElement vector) => AssertAgrees(Keccak256.Hash, vector, 256);

    [Theory, Vectors("crypto/hashes.json", "sha3_256")]
    public void Sha3_256_agrees_with_the_standard(JsonElement vector) => AssertAgrees(Sha3.Hash256, vector, 251);

    [Theory, Vectors("crypto/hashes.json", "blake2b_256")]
    public void Blake2b_256_agrees_with_another_implementation(JsonElement vector) => AssertAgrees(Blake2b256.Hash, vector, 251);

    [Fact]
    public void Blake2b_256_is_what_aeternity_signs()
    {
        foreach (var vector in VectorsAttribute.Load("aeternity/signatures.json").GetProperty("vectors").EnumerateArray())
        {
            var network = "ae_dev"u8.Length;
            var raw = Convert.FromHexString(vector.GetProperty("message_raw_hex").GetString()!);
            var digest = new byte[32];
            Blake2b256.Hash(raw.AsSpan(network), digest);
            Assert.EndsWith(Hex.Encode(digest), vector.GetProperty("message_hash_hex").GetString());
        }
    }

    [Fact]
    public void Keccak_256_with_the_padding_of_the_standard_would_be_sha3_256()
    {
        var (keccak, sha3) = (new byte[32], new byte[32]);
        for (var length = 0; length < 600; length++)
        {
            var data = new byte[length];
            Keccak256.Hash(data, keccak);
            Sha3.Hash256(data, sha3);
            Assert.NotEqual(sha3, keccak);
        }
    }

    [Fact]
    public void A_digest_may_overwrite_its_data()
    {
        foreach (var hash in new Hash[] { Keccak256.Hash, Sha3.Hash256, Blake2b256.Hash })
        {
            var (data, digest) = (new byte[32], new byte[32]);
            hash(data, digest);
            hash(data, data);
            Assert.Equal(digest, data);
        }
    }

    [Fact]
    public void Room_of_another_length_is_an_error_of_ours()
    {
        foreach (var hash in new Hash[] { Keccak256.Hash, Sha3.Hash256, Blake2b256.Hash })
        {
            Assert.Throws<ArgumentException>(() => hash([], new byte[31]));
            Assert.Throws<ArgumentException>(() => hash([], new byte[33]));
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var (data, digest) = (new byte[300], new byte[32]);
        Assert.Equal(0, Allocated.By(() => Keccak256.Hash(data, digest)));
        Assert.Equal(0, Allocated.By(() => Sha3.Hash256(data, digest)));
        Assert.Equal(0, Allocated.By(() => Blake2b256.Hash(data, digest)));
    }
}
