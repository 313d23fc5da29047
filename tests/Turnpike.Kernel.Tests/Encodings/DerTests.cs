using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public sealed class DerTests
{
    [Theory]
    [InlineData(0, "020100")]
    [InlineData(1, "020101")]
    [InlineData(127, "02017f")]
    [InlineData(128, "02020080")]
    [InlineData(255, "020200ff")]
    [InlineData(256, "02020100")]
    [InlineData(32768, "0203008000")]
    [InlineData(131072, "0203020000")]
    [InlineData(265216, "0203040c00")]
    [InlineData(long.MaxValue, "02087fffffffffffffff")]
    public void Integers_take_as_few_bytes_as_they_can(long value, string hex)
    {
        var der = Der.NonNegative(0x02, value);

        Assert.Equal(hex, Convert.ToHexStringLower(der));
        var reader = new DerReader(der);
        Assert.True(reader.TryReadInteger(0x02, out var read) && reader.IsEmpty);
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("02020001")]                // a byte too many
    [InlineData("0200")]                    // none at all
    [InlineData("0201ff")]                  // negative
    [InlineData("0209008000000000000000")]  // beyond 63 bits
    [InlineData("02810101")]                // long form of a short length
    [InlineData("0282000101")]              // leading zero in the length
    [InlineData("028001")]                  // indefinite length
    [InlineData("0203")]                    // cut off
    [InlineData("02")]
    [InlineData("")]
    [InlineData("030101")]                  // another tag
    public void What_is_not_strict_is_refused(string hex) =>
        Assert.False(new DerReader(Convert.FromHexString(hex)).TryReadInteger(0x02, out _));

    [Theory, InlineData(0), InlineData(127), InlineData(128), InlineData(255), InlineData(256), InlineData(65535), InlineData(65536)]
    public void Lengths_of_every_size_are_read_back(int length)
    {
        var content = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();

        var reader = new DerReader(Der.Value(0xA1, content));

        Assert.True(reader.TryRead(0xA1, out var read) && reader.IsEmpty);
        Assert.True(read.SequenceEqual(content));
    }

    [Fact]
    public void A_set_is_in_ascending_order_and_keeps_what_is_equal()
    {
        byte[] a = [4, 1, 1], b = [4, 1, 2], c = [5, 0];

        Assert.Equal("a10b040101040101040102" + "0500", Convert.ToHexStringLower(Der.SetOf(0xA1, [c, a, b, a])));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw()
    {
        var der = Der.Sequence(0x30, Der.NonNegative(0x02, 131072), Der.Value(0x80, new byte[200]), Der.SetOf(0xA1, [[4, 0], [5, 0]]));
        var random = new SplitMix(3);
        for (var run = 0; run < 100_000; run++)
        {
            var reader = new DerReader(Mutations.Of(der, ref random));
            while (!reader.IsEmpty)
            {
                var before = reader.Remaining;
                var tag = (byte)reader.NextTag;
                if (tag == 0x30 && reader.TryRead(0x30, out var inner)) reader = new DerReader(inner);
                else if (tag == 0x02 ? !reader.TryReadInteger(tag, out _) : !reader.TryRead(tag, out _)) break;
                Assert.True(reader.Remaining < before);
            }
        }
    }
}
