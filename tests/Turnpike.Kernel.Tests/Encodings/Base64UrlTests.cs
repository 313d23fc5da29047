using System.Text;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public sealed class Base64UrlTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("66", "Zg")]
    [InlineData("666f", "Zm8")]
    [InlineData("666f6f", "Zm9v")]
    [InlineData("fbff", "-_8")]
    public void Bytes_have_one_text(string hex, string text)
    {
        Assert.Equal(text, Base64Url.Encode(Convert.FromHexString(hex)));
        var bytes = new byte[8];
        Assert.True(Base64Url.TryDecode(Encoding.ASCII.GetBytes(text), bytes, out var length));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("Zg==")]
    [InlineData("Zh")]          // the unused bits are not zero
    [InlineData("Zm9")]
    [InlineData("Z")]
    [InlineData("Zm9vZ")]
    [InlineData("Zm 8")]
    [InlineData("Zm8\n")]
    [InlineData("+/8")]
    [InlineData("Zmé")]
    public void Other_texts_are_refused(string text) =>
        Assert.False(Base64Url.TryDecode(Encoding.UTF8.GetBytes(text), new byte[16], out _));

    [Fact]
    public void What_is_decoded_is_encoded_to_the_same_text()
    {
        var random = new SplitMix(11);
        var text = Encoding.ASCII.GetBytes("pGSAIIRJUrRxvwKiMgxkjvfK9qKyC_ZicoQp-ys4oJCck3hQgUClgXy");
        var taken = 0;
        for (var run = 0; run < 100_000; run++)
        {
            var mutated = Mutations.Of(text, ref random);
            var bytes = new byte[Base64Url.DecodedLength(mutated.Length)];
            if (!Base64Url.TryDecode(mutated, bytes, out var length)) continue;
            taken++;
            Assert.Equal(Encoding.ASCII.GetString(mutated), Base64Url.Encode(bytes.AsSpan(0, length)));
        }

        Assert.InRange(taken, 1000, 99_000);
    }
}
