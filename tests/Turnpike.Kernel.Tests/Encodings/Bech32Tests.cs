using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Kernel.Tests.Encodings;

public class Bech32Tests
{
    // BIP 173, test vectors.
    [Theory]
    [InlineData("A12UEL5L", "a")]
    [InlineData("a12uel5l", "a")]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef")]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "split")]
    [InlineData("?1ezyfcl", "?")]
    public void Published_texts_are_read_and_written(string text, string prefix)
    {
        Assert.True(Bech32.TryDecode(text, out var read, out var words));
        Assert.Equal(prefix, read);
        Assert.Equal(text.ToLowerInvariant(), Bech32.Encode(read, words));
    }

    [Theory]
    [InlineData("\u00201nwldj5")]
    [InlineData("\u007f1axkwrx")]
    [InlineData("\u00801eym55h")]
    [InlineData("pzry9x0s0muk")]
    [InlineData("1pzry9x0s0muk")]
    [InlineData("x1b4n0q5v")]
    [InlineData("li1dgmt3")]
    [InlineData("de1lg7wt\u00ff")]
    [InlineData("A1G7SGD8")]
    [InlineData("10a06t8")]
    [InlineData("1qzzfhee")]
    [InlineData("a12UEL5L")]
    [InlineData("a12uel5m")]
    [InlineData("")]
    public void Other_texts_are_refused(string text) => Assert.False(Bech32.TryDecode(text, out _, out _));

    [Fact]
    public void There_is_no_limit_of_90_characters()
    {
        var text = Bech32.Encode("x", new byte[5000]);
        Assert.True(Bech32.TryDecode(text, out _, out var words));
        Assert.Equal(5000, words.Length);
    }

    [Fact]
    public void Every_single_wrong_character_is_found()
    {
        var text = Encoding.ASCII.GetBytes("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w");
        for (var at = 0; at < text.Length; at++)
        {
            for (var c = 33; c < 127; c++)
            {
                if (c == text[at]) continue;
                var changed = text.ToArray();
                changed[at] = (byte)c;
                Assert.False(Bech32.TryDecode(Encoding.ASCII.GetString(changed), out _, out _));
            }
        }
    }

    [Fact]
    public void Bytes_become_words_and_bytes_again() => Prop.ForAll(
        Gen.Choose(0, 100).SelectMany(n => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(n)).ToArbitrary(), bytes =>
        {
            var words = Bech32.ToWords(bytes);
            Assert.All(words, word => Assert.InRange(word, 0, 31));
            Assert.Equal(bytes, Bech32.ToBytes(words));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_no_prefix_or_word_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => Bech32.Encode("", []));
        Assert.Throws<ArgumentException>(() => Bech32.Encode("Ab", []));
        Assert.Throws<ArgumentException>(() => Bech32.Encode("a b", []));
        Assert.Throws<ArgumentException>(() => Bech32.Encode(new string('a', 84), []));
        Assert.Throws<ArgumentException>(() => Bech32.Encode("a", [32]));
    }
}
