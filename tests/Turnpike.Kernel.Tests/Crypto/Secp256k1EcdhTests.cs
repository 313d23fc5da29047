using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Kernel.Tests.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Crypto;

public class Secp256k1EcdhTests
{
    [Fact]
    public void The_shared_x_is_that_of_cashus_blinded_keys()
    {
        var file = VectorsAttribute.Load("cashu/p2bk.json");
        var keys = file.GetProperty("keys");
        string Text(string name) => keys.GetProperty(name).GetString()!;
        var x = new byte[32];
        Assert.True(Secp256k1.TryEcdhX(Keys.Parse(Text("P")), Keys.Bytes(Text("e")), x));
        Assert.Equal(file.GetProperty("zx").GetString(), Hex.Encode(x));
        Assert.True(Secp256k1.TryEcdhX(Keys.Parse(Text("E")), Keys.Bytes(Text("p")), x));
        Assert.Equal(file.GetProperty("zx").GetString(), Hex.Encode(x));
    }

    [Fact]
    public void Both_sides_find_the_same_and_it_is_the_product() => Prop.ForAll(
        Keys.Secrets.ToArbitrary(), Keys.Secrets.ToArbitrary(), (ours, theirs) =>
        {
            var (one, two, x) = (new byte[32], new byte[32], new byte[32]);
            return Secp256k1.TryEcdh(Keys.Public(theirs), ours, one) && Secp256k1.TryEcdh(Keys.Public(ours), theirs, two)
                && one.SequenceEqual(two)
                && Secp256k1.TryEcdhPoint(Keys.Public(theirs), ours, out var point)
                && Secp256k1.TryTweakMul(Keys.Public(theirs), ours, out var product) && point == product
                && SHA256.HashData(point.Span).SequenceEqual(one)
                && Secp256k1.TryEcdhX(Keys.Public(theirs), ours, x) && point.X.SequenceEqual(x);
        }).Check(Base58Tests.Seeded(150));

    [Fact]
    public unsafe void A_hash_of_the_callers_sees_the_point_and_its_data_and_may_refuse()
    {
        var output = new byte[65];
        var key = Keys.Parse(Keys.Generator);
        var expected = new byte[65];
        Assert.True(key.TryWriteUncompressed(expected));
        byte mark = 0x5a;
        expected[0] = mark;
        Assert.True(Secp256k1.TryEcdh(key, Keys.Number(1), output, &MarkAndPoint, &mark));
        Assert.Equal(expected, output);
        mark = 0;
        Assert.False(Secp256k1.TryEcdh(key, Keys.Number(1), output, &MarkAndPoint, &mark));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int MarkAndPoint(byte* output, byte* x, byte* y, void* data)
    {
        output[0] = *(byte*)data;
        Unsafe.CopyBlock(output + 1, x, 32);
        Unsafe.CopyBlock(output + 33, y, 32);
        return output[0] == 0 ? 0 : 1;
    }

    [Fact]
    public unsafe void What_is_no_secret_key_is_refused_and_wrong_lengths_are_exceptions()
    {
        var key = Keys.Parse(Keys.Generator);
        Assert.False(Secp256k1.TryEcdh(key, new byte[32], new byte[32]));
        Assert.False(Secp256k1.TryEcdhX(key, Keys.Bytes(Keys.Order), new byte[32]));
        Assert.False(Secp256k1.TryEcdhPoint(key, new byte[32], out var none) || none != default);
        Assert.Throws<ArgumentException>(() => Secp256k1.TryEcdh(key, new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryEcdh(key, Keys.Number(1), new byte[31]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryEcdhX(key, Keys.Number(1), new byte[33]));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryEcdh(key, Keys.Number(1), new byte[31], null, null));
        Assert.Throws<ArgumentException>(() => Secp256k1.TryEcdh(key, Keys.Number(1), [], &MarkAndPoint, null));
    }
}
