using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Tests.Encodings;

public class HexTests
{
    [Fact]
    public void Bytes_read_back_from_both_kinds_of_text_and_either_case() => Prop.ForAll(
        Gen.Choose(0, 70).SelectMany(n => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(n)).ToArbitrary(), bytes =>
        {
            var text = Hex.Encode(bytes);
            var utf8 = new byte[bytes.Length * 2];
            Hex.Encode(bytes, utf8);
            return string.Concat(bytes.Select(b => $"{b:x2}")) == text
                && Encoding.ASCII.GetString(utf8) == text
                && Reads(text, bytes) && Reads(text.ToUpperInvariant(), bytes);
        }).Check(Base58Tests.Seeded(500));

    private static bool Reads(string text, byte[] bytes)
    {
        var one = new byte[bytes.Length];
        var two = new byte[bytes.Length];
        return Hex.TryDecode(text, one) && one.SequenceEqual(bytes)
            && Hex.TryDecode(Encoding.ASCII.GetBytes(text), two) && two.SequenceEqual(bytes);
    }

    [Theory]
    [InlineData("", 1), InlineData("0", 0), InlineData("0", 1), InlineData("00", 0), InlineData("000", 1), InlineData("0000", 1)]
    [InlineData("0g", 1), InlineData("g0", 1), InlineData(" 0", 1), InlineData("0x", 1), InlineData("0\0", 1), InlineData("é", 1)]
    [InlineData("00112233445566778899aabbccddeefg", 16), InlineData("００", 1), InlineData("-1", 1), InlineData("+1", 1)]
    public void Other_text_and_other_lengths_are_refused(string text, int bytes)
    {
        Assert.False(Hex.TryDecode(text, new byte[bytes]));
        Assert.False(Hex.TryDecode(Encoding.UTF8.GetBytes(text), new byte[bytes]));
        Assert.False(Hex.TryDecodeLower(text, new byte[bytes]));
        Assert.False(Hex.TryDecodeLower(Encoding.UTF8.GetBytes(text), new byte[bytes]));
    }

    [Theory]
    [InlineData("af09", true), InlineData("aF09", false), InlineData("AF09", false), InlineData("", true)]
    public void Where_only_lower_case_is_right_upper_case_is_refused(string text, bool right)
    {
        var bytes = new byte[text.Length / 2];
        Assert.Equal(right, Hex.TryDecodeLower(text, bytes));
        Assert.Equal(right, Hex.TryDecodeLower(Encoding.ASCII.GetBytes(text), bytes));
    }

    [Fact]
    public void Too_little_room_for_the_digits_is_an_error_of_ours()
    {
        Assert.Throws<ArgumentException>(() => Hex.Encode([1, 2], new byte[3]));
        Assert.Throws<ArgumentException>(() => Hex.Encode([1, 2], new byte[5]));
    }

    [Fact]
    public void Reading_and_writing_allocates_nothing()
    {
        var bytes = new byte[32];
        var utf8 = new byte[64];
        void Both()
        {
            Hex.Encode(bytes, utf8);
            Hex.TryDecodeLower(utf8, bytes);
        }
        Assert.Equal(0, Allocated.By(Both));
    }
}
