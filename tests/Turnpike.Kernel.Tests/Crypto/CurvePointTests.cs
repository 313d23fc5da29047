using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Tests.Encodings;

namespace Turnpike.Kernel.Tests.Crypto;

public class CurvePointTests
{
    [Fact]
    public void Products_are_those_of_keys() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Keys.Secrets.ToArbitrary(), (secret, factor) =>
        {
            var key = Keys.Public(secret);
            Assert.True(Secp256k1.TryMultiplyGenerator(secret, out var point));
            Assert.Equal(key, point.Compressed);
            Assert.True(CurvePoint.TryFrom(key, out var same));
            Assert.Equal(point, same);
            Assert.True(Secp256k1.TryMultiply(point, factor, out var product));
            Assert.True(Secp256k1.TryTweakMul(key, factor, out var expected));
            Assert.Equal(expected, product.Compressed);
            Assert.Equal(expected.ToString(), product.ToString());
        }).Check(Base58Tests.Seeded(200));

    [Fact]
    public void Both_forms_are_read_and_hybrid_ones_are_not()
    {
        var key = Keys.Parse(Keys.Generator);
        var bytes = new byte[CurvePoint.Length];
        Assert.True(key.TryWriteUncompressed(bytes));
        Assert.True(CurvePoint.TryRead(bytes, out var point));
        Assert.True(CurvePoint.TryRead(key.Span, out var same));
        Assert.True(point == same && point.Span.SequenceEqual(bytes) && point.GetHashCode() == same.GetHashCode());
        bytes[0] = 6;
        Assert.False(CurvePoint.TryRead(bytes, out point));
        Assert.Equal(default, point);
        Assert.False(CurvePoint.TryRead([], out _));
    }

    [Fact]
    public void The_default_is_refused_everywhere()
    {
        Assert.False(Secp256k1.TryMultiply(default, Keys.Number(1), out _));
        Assert.False(CurvePoint.TryFrom(default, out _));
        Assert.Equal(default, default(CurvePoint).Compressed);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(Keys.Order)]
    public void What_is_no_secret_key_multiplies_nothing(string secret)
    {
        Assert.True(CurvePoint.TryFrom(Keys.Parse(Keys.Generator), out var point));
        Assert.False(Secp256k1.TryMultiply(point, Keys.Bytes(secret), out var product));
        Assert.Equal(default, product);
        Assert.False(Secp256k1.TryMultiplyGenerator(Keys.Bytes(secret), out _));
        Assert.False(Secp256k1.TryMultiplyGenerator([], out _));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryMultiply(point, [], out _));
    }

    [Fact]
    public void Multiplying_allocates_nothing()
    {
        var secret = Keys.Number(7);
        Assert.Equal(0, Allocated.By(() =>
        {
            Secp256k1.TryMultiplyGenerator(secret, out var point);
            Secp256k1.TryMultiply(point, secret, out var product);
            _ = product.Compressed;
        }));
    }
}
