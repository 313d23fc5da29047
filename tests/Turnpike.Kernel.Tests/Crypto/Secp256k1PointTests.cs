using FsCheck;
using FsCheck.Fluent;
using System.Text.Json;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1PointTests
{
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140", true)]
    [InlineData(Keys.Order, false)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false)]
    [InlineData("01", false)]
    [InlineData("", false)]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000001", false)]
    public void A_secret_key_is_between_0_and_the_order(string hex, bool valid)
    {
        Assert.Equal(valid, Secp256k1.IsSecretKey(Keys.Bytes(hex)));
        Assert.Equal(valid, Secp256k1.TryPublicKey(Keys.Bytes(hex), out var key));
        Assert.Equal(valid, key != default);
    }

    [Fact]
    public void The_key_of_1_is_the_generator() => Assert.Equal(Keys.Generator, Keys.Public(Keys.Number(1)).ToString());

    [Fact]
    public void What_is_done_to_secrets_and_to_points_agrees() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Keys.Secrets.ToArbitrary(), (secret, tweak) =>
        {
            var key = Keys.Public(secret);
            var (sum, product, negative) = (secret.ToArray(), secret.ToArray(), secret.ToArray());
            Assert.True(Secp256k1.TryTweakAdd(sum, tweak)
                && Secp256k1.TryTweakAdd(key, tweak, out var sumKey) && sumKey == Keys.Public(sum));
            Assert.True(Secp256k1.TryTweakMul(product, tweak)
                && Secp256k1.TryTweakMul(key, tweak, out var productKey) && productKey == Keys.Public(product));
            Assert.True(Secp256k1.TryNegate(negative)
                && Secp256k1.TryNegate(key, out var negativeKey) && negativeKey == Keys.Public(negative));
            Assert.True(Secp256k1.TryCombine([key, Keys.Public(tweak)], out var combined) && combined == Keys.Public(sum));
            Assert.False(Secp256k1.TryCombine([key, Keys.Public(negative)], out _));
            Assert.True(Secp256k1.TryCombine([key, Keys.Public(negative), key], out var again) && again == key);
        }).Check(Base58Tests.Seeded(200));

    [Fact]
    public void Many_points_are_added_as_few_are()
    {
        foreach (var count in new[] { 1, 2, 15, 16, 17, 40 })
        {
            PublicKey[] keys = [.. Enumerable.Range(1, count).Select(i => Keys.Public(Keys.Number(i)))];
            Assert.True(Secp256k1.TryCombine(keys, out var sum));
            Assert.Equal(Keys.Public(Keys.Number(count * (count + 1) / 2)), sum);
        }
        Assert.False(Secp256k1.TryCombine([], out _));
    }

    [Fact]
    public void Tweaks_out_of_range_and_sums_of_nothing_are_refused()
    {
        var (order, zero, one) = (Keys.Bytes(Keys.Order), new byte[32], Keys.Number(1));
        var minusOne = Keys.Bytes(Keys.Order[..^1] + "0");
        var key = Keys.Parse(Keys.Generator);
        Assert.True(Secp256k1.TryTweakAdd(key, zero, out var same) && same == key);
        Assert.True(Secp256k1.TryTweakAdd(one.ToArray(), zero));
        foreach (var tweak in new[] { order, minusOne })
        {
            Assert.False(Secp256k1.TryTweakAdd(key, tweak, out var none) || none != default);
            Assert.False(Secp256k1.TryTweakAdd(one.ToArray(), tweak));
        }
        foreach (var tweak in new[] { order, zero })
        {
            Assert.False(Secp256k1.TryTweakMul(key, tweak, out var none) || none != default);
            Assert.False(Secp256k1.TryTweakMul(one.ToArray(), tweak));
        }
        Assert.False(Secp256k1.TryNegate(zero.ToArray()));
        Assert.False(Secp256k1.TryNegate(order.ToArray()));
    }

    [Fact]
    public void A_secret_that_was_refused_is_overwritten()
    {
        var secret = Keys.Number(1);
        Assert.False(Secp256k1.TryTweakAdd(secret, Keys.Bytes(Keys.Order)));
        Assert.Equal(new byte[32], secret);
    }

    [Fact]
    public void Wrong_lengths_of_what_is_ours_are_exceptions()
    {
        var key = Keys.Parse(Keys.Generator);
        Assert.Throws<ArgumentException>(() => Secp256k1.TryTweakAdd(key, new byte[31], out _));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryTweakMul(key, [], out _));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryTweakAdd(new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryTweakMul(new byte[32], new byte[33]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryNegate(new byte[33]));
        Assert.Throws<ArgumentException>(() => key.TryWriteUncompressed(new byte[33]));
    }

    [Theory, Vectors("cashu/bdhke.json", "round_trips")]
    public void Ecash_is_blinded_signed_unblinded_and_checked(JsonElement vector)
    {
        string Text(string name) => vector.GetProperty(name).GetString()!;
        var (k, r) = (Keys.Bytes(Text("k")), Keys.Bytes(Text("r")));
        var y = Keys.Parse(Text("Y"));

        Assert.Equal(Text("K"), Keys.Public(k).ToString());
        Assert.True(Secp256k1.TryTweakAdd(y, r, out var blinded));
        Assert.Equal(Text("B_"), blinded.ToString());
        Assert.True(Secp256k1.TryTweakMul(blinded, k, out var signed));
        Assert.Equal(Text("C_"), signed.ToString());
        Assert.True(Secp256k1.TryTweakMul(Keys.Public(k), r, out var rk));
        Assert.True(Secp256k1.TryNegate(rk, out var minus));
        Assert.True(Secp256k1.TryCombine([signed, minus], out var unblinded));
        Assert.Equal(Text("C"), unblinded.ToString());
        Assert.True(Secp256k1.TryTweakMul(y, k, out var check) && check == unblinded);
    }

    [Theory, Vectors("cashu/bdhke.json", "sign")]
    public void The_mint_signs_by_multiplication(JsonElement vector)
    {
        Assert.True(Secp256k1.TryTweakMul(
            Keys.Parse(vector.GetProperty("B_").GetString()!), Keys.Bytes(vector.GetProperty("k").GetString()!), out var signed));
        Assert.Equal(vector.GetProperty("C_").GetString(), signed.ToString());
    }

    [Fact]
    public void Extended_keys_of_bitcoin_have_the_public_keys_of_their_secrets()
    {
        var seen = 0;
        foreach (var vector in VectorsAttribute.Load("p4/bip32.json").GetProperty("cases").EnumerateArray())
        {
            if (!vector.TryGetProperty("xprv", out var xprv) || !vector.TryGetProperty("publicKey", out var expected)) continue;
            var payload = new byte[78];
            Assert.True(Base58Check.TryDecode(xprv.GetString(), payload, out var length) && length == 78);
            Assert.Equal(expected.GetString(), Keys.Public(payload[46..]).ToString());
            seen++;
        }
        Assert.True(seen > 10);
    }
}
