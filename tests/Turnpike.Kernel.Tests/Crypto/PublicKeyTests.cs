using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class PublicKeyTests
{
    [Theory, Vectors("clearnet/keys.json", "keys")]
    public void A_secret_key_has_its_key_and_its_ethereum_address(string private_key, string public_key, string address)
    {
        var key = Keys.Public(Keys.Bytes(private_key));
        var uncompressed = new byte[PublicKey.UncompressedLength];
        Assert.True(key.TryWriteUncompressed(uncompressed));
        Assert.Equal(public_key, "0x" + Hex.Encode(uncompressed));
        Assert.Equal(key, Keys.Parse(public_key[2..]));

        var hash = new byte[32];
        Keccak256.Hash(uncompressed.AsSpan(1), hash);
        Assert.Equal(address, "0x" + Hex.Encode(hash.AsSpan(12)), ignoreCase: true);
    }

    [Fact]
    public void A_key_is_the_same_in_every_form() => Prop.ForAll(Keys.Secrets.ToArbitrary(), secret =>
    {
        var key = Keys.Public(secret);
        var uncompressed = new byte[65];
        var text = key.ToString();
        return key.TryWriteUncompressed(uncompressed)
            && PublicKey.TryRead(uncompressed, out var a) && a == key
            && PublicKey.TryRead(key.Span, out var b) && b == key && b.GetHashCode() == key.GetHashCode()
            && PublicKey.TryParse(text, out var c) && c == key
            && PublicKey.TryParse(Encoding.ASCII.GetBytes(text.ToUpperInvariant()), out var d) && d.Equals((object)key)
            && PublicKey.TryReadX(key.X, out var even) && !even.IsOdd && even.X.SequenceEqual(key.X) && (even == key) == !key.IsOdd
            && key.IsOdd == (uncompressed[64] % 2 == 1);
    }).Check(Base58Tests.Seeded(200));

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("0079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("0579be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("020000000000000000000000000000000000000000000000000000000000000005")]     // no point has this x
    [InlineData("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")]     // the field's prime
    [InlineData("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30")]     // 1 once more
    [InlineData("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179800")]
    [InlineData("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179g")]
    public void What_is_no_point_is_refused(string hex)
    {
        Assert.False(PublicKey.TryParse(hex, out var key));
        Assert.Equal(default, key);
        Assert.False(PublicKey.TryParse(Encoding.ASCII.GetBytes(hex), out _));
        if (!hex.EndsWith('g')) Assert.False(PublicKey.TryRead(Keys.Bytes(hex), out _));
    }

    [Fact]
    public void The_uncompressed_form_must_be_on_the_curve_and_not_hybrid()
    {
        var bytes = new byte[65];
        Assert.True(Keys.Parse(Keys.Generator).TryWriteUncompressed(bytes));
        Assert.False(PublicKey.TryRead(Arbitraries.Flip(bytes, 8 * 64), out _));
        foreach (var prefix in new byte[] { 0, 2, 3, 5, 6, 7, 255 })
        {
            bytes[0] = prefix;
            Assert.False(PublicKey.TryRead(bytes, out _));
        }
    }

    [Fact]
    public void The_default_value_is_no_key_anywhere()
    {
        PublicKey none = default;
        var uncompressed = new byte[65];
        Assert.False(none.TryWriteUncompressed(uncompressed));
        Assert.False(PublicKey.TryRead(none.Span, out _));
        Assert.False(Secp256k1.TryNegate(none, out _));
        Assert.False(Secp256k1.TryTweakAdd(none, Keys.Number(1), out _));
        Assert.False(Secp256k1.TryTweakMul(none, Keys.Number(1), out _));
        Assert.False(Secp256k1.TryCombine([none], out _));
        Assert.False(Secp256k1.TryCombine([Keys.Parse(Keys.Generator), none], out _));
        Assert.False(Secp256k1.TryEcdh(none, Keys.Number(1), new byte[32]));
        Assert.False(Secp256k1.Verify(none, new byte[32], new byte[64]));
        Assert.False(Secp256k1.VerifySchnorr(none.X, [], new byte[64]));
    }

    [Fact]
    public void X_of_another_length_is_refused()
    {
        Assert.False(PublicKey.TryReadX(new byte[31], out _));
        Assert.False(PublicKey.TryReadX(new byte[33], out _));
        Assert.False(PublicKey.TryReadX(new byte[32], out _));
    }

    [Fact]
    public void Keys_differ_if_any_byte_does()
    {
        var (one, two) = (Keys.Public(Keys.Number(1)), Keys.Public(Keys.Number(2)));
        Assert.True(Secp256k1.TryNegate(one, out var minusOne));
        Assert.True(one != two && one != minusOne && !one.Equals((object)two) && !one.Equals(null));
        Assert.Equal(3, new HashSet<PublicKey> { one, two, minusOne, Keys.Parse(Keys.Generator) }.Count);
    }
}
