using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public class Base58CheckTests
{
    private static byte[]? Decode(string text, int room = 2000)
    {
        var payload = new byte[room];
        return Base58Check.TryDecode(text, payload, out var written) ? payload[..written] : null;
    }

    [Theory, Vectors("aeternity/encodings.json", "valid")]
    public void The_dollar_form_of_aeternity_agrees_both_ways(string hex, string old_dollar)
    {
        var text = old_dollar[(old_dollar.IndexOf('$') + 1)..];
        Assert.Equal(hex, Hex.Encode(Decode(text)!));
        Assert.Equal(text, Base58Check.Encode(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Extended_keys_of_bitcoin_read_and_write_back()
    {
        var texts = VectorsAttribute.Load("p4/bip32.json").GetProperty("cases").EnumerateArray()
            .SelectMany(c => c.EnumerateObject())
            .Where(p => p.Name is "xprv" or "xpub" or "wif" && p.Value.ValueKind == JsonValueKind.String)
            .Select(p => p.Value.GetString()!).ToList();
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.Equal(text, Base58Check.Encode(Decode(text)!)));
    }

    [Fact]
    public void Payloads_read_back_and_one_changed_digit_is_refused() => Prop.ForAll(
        Gen.Choose(0, 90).SelectMany(n => Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(n)).ToArbitrary(),
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        (payload, seed) =>
        {
            var text = Base58Check.Encode(payload);
            var at = seed % text.Length;
            var other = text[at] == 'z' ? 'y' : 'z';
            return Decode(text)!.SequenceEqual(payload) && Decode(text[..at] + other + text[(at + 1)..]) is null;
        }).Check(Base58Tests.Seeded(2000));

    [Theory]
    [InlineData(""), InlineData("1"), InlineData("1111"), InlineData("3QJmn"), InlineData("0QJmnh"), InlineData("3QJmnh ")]
    public void What_has_no_checksum_is_refused(string text) => Assert.Null(Decode(text));

    [Fact]
    public void The_empty_payload_is_its_checksum_alone()
    {
        Assert.Equal("3QJmnh", Base58Check.Encode([]));
        Assert.Empty(Decode("3QJmnh", 0)!);
    }

    [Fact]
    public void A_payload_that_does_not_fit_is_refused()
    {
        var text = Base58Check.Encode([1, 2, 3]);
        Assert.Null(Decode(text, 2));
        Assert.Equal([1, 2, 3], Decode(text, 3));
        Assert.Throws<ArgumentException>(() => Base58Check.Encode(new byte[Base58Check.MaxPayload + 1]));
    }

    [Fact]
    public void The_longest_payload_reads_back()
    {
        byte[] longest = [.. Enumerable.Range(1, Base58Check.MaxPayload).Select(i => (byte)(i * 7 % 256))];
        Assert.Equal(longest, Decode(Base58Check.Encode(longest), Base58Check.MaxPayload));
    }
}
