using Turnpike.Cashu.Client;

namespace Turnpike.Cashu.Tests.Client;

public sealed class MnemonicTests
{
    // The first and the last of BIP 39's own examples, and one of 24 words.
    [Theory]
    [InlineData("00000000000000000000000000000000", "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about")]
    [InlineData("7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f", "legal winner thank year wave sausage worth useful legal winner thank yellow")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote")]
    public void Bytes_have_their_words(string entropy, string words)
    {
        Assert.Equal(words, Mnemonic.Encode(Known.Bytes(entropy)));
        Assert.True(Mnemonic.IsValid(words));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon")]
    [InlineData("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about")]
    [InlineData("abandom abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about")]
    public void Slips_are_noticed(string words) => Assert.False(Mnemonic.IsValid(words));

    [Fact]
    public void New_words_are_twelve_and_never_the_same()
    {
        var words = Mnemonic.Create();

        Assert.True(Mnemonic.IsValid(words));
        Assert.Equal(12, words.Split(' ').Length);
        Assert.NotEqual(words, Mnemonic.Create());
    }
}
