using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1RecoveryTests
{
    private static byte[] Sign(byte[] secret, byte[] hash)
    {
        var signature = new byte[65];
        Secp256k1.SignRecoverable(secret, hash, signature);
        return signature;
    }

    private static string Address(byte[] hash, byte[] signature)
    {
        var (key, digest) = (new byte[65], new byte[32]);
        Assert.True(Secp256k1.TryRecover(hash, signature, key));
        Keccak256.Hash(key.AsSpan(1), digest);
        return Hex.Encode(digest.AsSpan(12));
    }

    private static Dictionary<string, (byte[] Secret, string Address)> ClearNet =>
        VectorsAttribute.Load("clearnet/keys.json").GetProperty("keys").EnumerateArray().ToDictionary(
            k => k.GetProperty("name").GetString()!,
            k => (Keys.Bytes(k.GetProperty("private_key").GetString()!), k.GetProperty("address").GetString()![2..].ToLowerInvariant()));

    [Theory, Vectors("crypto/ecdsa.json", "ethereum")]
    public void The_example_of_eip_155_agrees(string secret_key, string hash, string signature, int recovery_id, string address)
    {
        byte[] expected = [.. Keys.Bytes(signature), (byte)recovery_id];
        Assert.Equal(expected, Sign(Keys.Bytes(secret_key), Keys.Bytes(hash)));
        Assert.Equal(address, Address(Keys.Bytes(hash), expected));
    }

    [Theory, Vectors("clearnet/states.json", "seed_profile")]
    public void Both_sides_of_a_channel_signed_its_state(JsonElement vector)
    {
        var packed = Keys.Bytes(vector.GetProperty("packed").GetString()!);
        var hash = new byte[32];
        Keccak256.Hash(packed, hash);
        Assert.Equal(vector.GetProperty("state_hash").GetString(), "0x" + Hex.Encode(hash));
        foreach (var (member, name) in new[] { ("alice_signature", "alice"), ("server_signature", "broker") })
        {
            var parts = vector.GetProperty(member);
            byte[] signature = [.. Keys.Bytes(parts.GetProperty("r").GetString()!), .. Keys.Bytes(parts.GetProperty("s").GetString()!),
                (byte)(int.Parse(parts.GetProperty("v").GetString()!) - 27)];
            Assert.Equal(ClearNet[name].Address, Address(hash, signature));
            Assert.Equal(signature, Sign(ClearNet[name].Secret, hash));
        }
    }

    [Theory, Vectors("clearnet/auth-eip712.json", "v05")]
    public void Typed_data_is_signed_by_its_wallet(string wallet, string digest, string signature)
    {
        var bytes = Keys.Bytes(signature);
        bytes[64] -= 27;
        Assert.Equal(wallet[2..], Address(Keys.Bytes(digest), bytes), ignoreCase: true);
    }

    [Fact]
    public void The_key_that_signed_is_found_and_after_any_change_another_or_none() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Arbitraries.Bytes(32).ToArbitrary(), Gen.Choose(0, 511).ToArbitrary(), (secret, hash, bit) =>
        {
            var key = Keys.Public(secret);
            var signature = Sign(secret, hash);
            byte[] flipped = Arbitraries.Flip(signature, bit);
            byte[] otherId = [.. signature[..64], (byte)(signature[64] ^ 1)];
            return Secp256k1.TryRecover(hash, signature, out var found) && found == key
                && Secp256k1.Verify(key, hash, signature.AsSpan(0, 64))
                && (!Secp256k1.TryRecover(hash, flipped, out found, allowHighS: true) || found != key)
                && (!Secp256k1.TryRecover(Arbitraries.Flip(hash, bit), signature, out found) || found != key)
                && (!Secp256k1.TryRecover(hash, otherId, out found) || found != key);
        }).Check(Base58Tests.Seeded(300));

    [Fact]
    public void High_s_counts_only_where_it_is_allowed() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Arbitraries.Bytes(32).ToArbitrary(), (secret, hash) =>
        {
            var signature = Sign(secret, hash);
            byte[] high = [.. Secp256k1EcdsaTests.TurnOver(signature.AsSpan(0, 64)), (byte)(signature[64] ^ 1)];
            return !Secp256k1.TryRecover(hash, high, out _)
                && !Secp256k1.TryRecover(hash, high, new byte[65])
                && Secp256k1.TryRecover(hash, high, out var found, allowHighS: true) && found == Keys.Public(secret);
        }).Check(Base58Tests.Seeded(100));

    [Fact]
    public void What_is_no_signature_has_no_key_and_throws_nothing()
    {
        var hash = Keys.Sha256("message");
        var good = Sign(Keys.Number(1), hash);
        var untouched = new byte[65];
        for (var id = 4; id < 256; id++) Assert.False(Secp256k1.TryRecover(hash, [.. good[..64], (byte)id], out _));
        byte[][] bad = [[], good[..64], [.. good, 0], new byte[65], [.. Keys.Bytes(Keys.Order), .. good[32..]],
            [.. good[..32], .. new byte[32], 0], [.. new byte[32], .. good[32..]], [.. Enumerable.Repeat((byte)255, 64), 1]];
        foreach (var signature in bad)
        {
            Assert.False(Secp256k1.TryRecover(hash, signature, out var key) || key != default);
            Assert.False(Secp256k1.TryRecover(hash, signature, untouched, allowHighS: true));
        }
        Assert.Equal(new byte[65], untouched);
    }

    [Fact]
    public void Wrong_lengths_and_secrets_of_ours_are_exceptions()
    {
        Assert.Throws<ArgumentException>(() => Sign(new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => Sign(Keys.Number(1), new byte[31]));
        Assert.Throws<ArgumentException>(() => Secp256k1.SignRecoverable(Keys.Number(1), new byte[32], new byte[64]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryRecover(new byte[33], new byte[65], out _));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryRecover(new byte[32], new byte[65], new byte[33]));
    }
}
