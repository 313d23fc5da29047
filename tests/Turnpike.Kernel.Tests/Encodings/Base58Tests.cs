using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public class Base58Tests
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The definition, by big integers.</summary>
    private static string Reference(byte[] bytes)
    {
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        for (; number > 0; number /= 58) text.Insert(0, Alphabet[(int)(number % 58)]);
        return new string('1', bytes.TakeWhile(b => b == 0).Count()) + text;
    }

    private static byte[]? Decode(string text, int room = 200)
    {
        var bytes = new byte[room];
        return Base58.TryDecode(text, bytes, out var written) ? bytes[..written] : null;
    }

    [Theory, Vectors("crypto/base58.json", "valid")]
    public void Published_pairs_agree_both_ways(string hex, string base58)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(base58, Base58.Encode(bytes));
        Assert.Equal(bytes, Decode(base58));
    }

    [Fact]
    public void Every_key_of_the_network_reads_and_writes_as_32_bytes()
    {
        foreach (var key in VectorsAttribute.Load("planetmint/keys.json").GetProperty("keys").EnumerateObject().Select(p => p.Value))
        {
            AssertIs32(key.GetProperty("public_key_hex").GetString()!, key.GetProperty("public_key").GetString()!);
            AssertIs32(key.GetProperty("seed_hex").GetString()!, key.GetProperty("private_key").GetString()!);
        }
    }

    private static void AssertIs32(string hex, string base58)
    {
        var bytes = new byte[32];
        Assert.True(Base58.TryDecode32(base58, bytes));
        Assert.Equal(hex, Hex.Encode(bytes));
        Assert.True(Base58.TryDecode32(Encoding.ASCII.GetBytes(base58), bytes));
        Assert.Equal(hex, Hex.Encode(bytes));
        Assert.Equal(base58, Base58.Encode(bytes));
    }

    [Fact]
    public void Bytes_of_any_length_read_back_and_are_spelt_as_the_definition_has_it() => Prop.ForAll(
        Gen.Choose(0, 150).SelectMany(n => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(n)).ToArbitrary(), bytes =>
        {
            var text = Base58.Encode(bytes);
            return text == Reference(bytes) && Decode(text)!.SequenceEqual(bytes);
        }).Check(Seeded(2000));

    [Fact]
    public void Leading_zeros_are_kept_in_any_number()
    {
        for (var zeros = 0; zeros <= 40; zeros++)
            for (var rest = 0; rest <= 40; rest++)
            {
                byte[] bytes = [.. new byte[zeros], .. Enumerable.Repeat((byte)255, rest)];
                var text = Base58.Encode(bytes);
                Assert.Equal(Reference(bytes), text);
                Assert.Equal(bytes, Decode(text));
                var key = new byte[32];
                Assert.Equal(bytes.Length == 32, Base58.TryDecode32(text, key));
                if (bytes.Length == 32) Assert.Equal(bytes, key);
            }
    }

    [Fact]
    public void Exactly_32_bytes_means_what_the_general_reader_reads_as_32_bytes() => Prop.ForAll(
        Gen.Choose(31, 45).SelectMany(n => Gen.Frequency((3, Gen.Elements(Alphabet.ToCharArray())), (1, Gen.Constant('1'))).ArrayOf(n))
            .Select(c => new string(c)).ToArbitrary(), text =>
        {
            var key = new byte[32];
            var is32 = Base58.TryDecode32(text, key);
            var bytes = Decode(text);
            return is32 == (bytes!.Length == 32) && (!is32 || key.SequenceEqual(bytes) && Base58.Encode(key) == text);
        }).Check(Seeded(5000));

    [Fact]
    public void The_largest_32_bytes_are_read_and_one_more_is_not()
    {
        var key = new byte[32];
        byte[] largest = [.. Enumerable.Repeat((byte)255, 32)];
        Assert.True(Base58.TryDecode32(Reference(largest), key));
        Assert.Equal(largest, key);
        Assert.False(Base58.TryDecode32(Reference([1, .. new byte[32]]), key));
        Assert.False(Base58.TryDecode32(new string('z', 44), key));
    }

    [Theory]
    [InlineData("0"), InlineData("O"), InlineData("I"), InlineData("l"), InlineData(" 2"), InlineData("2 "), InlineData("2\n")]
    [InlineData("2-"), InlineData("2\0"), InlineData("é"), InlineData("２"), InlineData("2\ud800")]
    public void What_is_not_of_the_alphabet_is_refused(string text)
    {
        Assert.Null(Decode(text));
        Assert.Null(Decode("1" + text + "z"));
        Assert.False(Base58.TryDecode32(new string('2', 43 - text.Length) + text, new byte[32]));
    }

    [Fact]
    public void Bytes_that_do_not_fit_are_refused_and_those_that_just_fit_are_not()
    {
        byte[] bytes = [0, 0, 7, 8, 9];
        var text = Base58.Encode(bytes);
        Assert.Equal(bytes, Decode(text, 5));
        for (var room = 0; room < 5; room++) Assert.Null(Decode(text, room));
        Assert.Empty(Decode("", 0)!);
    }

    [Fact]
    public void The_longest_value_reads_back_and_a_longer_one_is_refused()
    {
        byte[] longest = [.. Enumerable.Range(1, Base58.MaxBytes).Select(i => (byte)(i * 31 % 256))];
        var text = Base58.Encode(longest);
        Assert.Equal(longest, Decode(text, Base58.MaxBytes));
        Assert.Equal(longest, Decode(text, Base58.MaxBytes * 2));
        Assert.Null(Decode(text + "2", Base58.MaxBytes * 2));
        Assert.Null(Decode(new string('1', Base58.MaxBytes + 1), Base58.MaxBytes * 2));
        Assert.Throws<ArgumentException>(() => Base58.Encode(new byte[Base58.MaxBytes + 1]));
    }

    [Fact]
    public void Too_little_room_for_the_digits_is_an_error_of_ours()
    {
        var digits = new byte[5];
        Assert.Throws<ArgumentException>(() => Base58.Encode([0, 255, 255, 255, 255], digits));
        Assert.Equal(5, Base58.Encode([255, 255, 255], digits.AsSpan()));
        Assert.Throws<ArgumentException>(() => Base58.TryDecode32("2"u8, digits));
    }

    [Fact]
    public void Reading_and_writing_32_bytes_allocates_nothing()
    {
        var key = new byte[32];
        var digits = new byte[44];
        void Both()
        {
            Base58.TryDecode32("9uPfUfT4BiNkAc4VThzRS72Pa2Rwprxf9cMV5QPBKNQw"u8, key);
            Base58.Encode(key, digits);
        }
        Assert.Equal(0, Allocated.By(Both));
    }

    internal static Config Seeded(int runs) => Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(20261121, 7);
}
