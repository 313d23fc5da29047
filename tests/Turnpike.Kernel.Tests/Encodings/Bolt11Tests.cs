using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public class Bolt11Tests
{
    // The node of BOLT 11's examples.
    private static readonly byte[] Key = Convert.FromHexString("e126f68f7eafcc8b74f54d269fe206be715000f94dac067d1c04a8ca3b2db734");

    private static Bolt11Invoice Plain => new()
    {
        Network = "bcrt",
        AmountMsat = 21_000,
        Timestamp = 1_700_000_000,
        PaymentHash = Hash(7),
        PaymentSecret = Fill(8),
        Description = "Turnpike",
        MinFinalCltvExpiry = 18,
        Features = [8, 14],
    };

    private static byte[] Fill(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static PaymentHash Hash(byte value) => PaymentHash.TryRead(Fill(value), out var hash) ? hash : throw new InvalidOperationException();

    private static Bolt11Invoice Decode(string text) =>
        Bolt11.TryDecode(text, out var invoice, out var fault) ? invoice : throw new Xunit.Sdk.XunitException(fault);

    private static void AssertSame(Bolt11Invoice one, Bolt11Invoice other)
    {
        Assert.Equal((one.Network, one.AmountMsat, one.Timestamp, one.PaymentHash, one.Description, one.ExpirySeconds, one.MinFinalCltvExpiry),
            (other.Network, other.AmountMsat, other.Timestamp, other.PaymentHash, other.Description, other.ExpirySeconds, other.MinFinalCltvExpiry));
        Assert.Equal(one.PaymentSecret.ToArray(), other.PaymentSecret.ToArray());
        Assert.Equal(one.DescriptionHash?.ToArray(), other.DescriptionHash?.ToArray());
        Assert.Equal(one.Features, other.Features);
    }

    private static void AssertReads(string invoice, JsonElement decoded, string payee)
    {
        var read = Decode(invoice);
        string? Text(string name) => decoded.GetProperty(name).GetString();
        long? Number(string name) => decoded.GetProperty(name) is { ValueKind: JsonValueKind.Number } n ? n.GetInt64() : null;
        Assert.Equal(Text("prefix"), read.Network);
        Assert.Equal(Text("amount_msat"), read.AmountMsat?.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Number("timestamp"), read.Timestamp);
        Assert.Equal(Text("payment_hash"), read.PaymentHash.ToString());
        Assert.Equal(Text("payment_secret"), Hex.Encode(read.PaymentSecret.Span));
        Assert.Equal(Text("description"), read.Description);
        Assert.Equal(Text("description_hash"), read.DescriptionHash is { } hash ? Hex.Encode(hash.Span) : null);
        Assert.Equal(Number("expiry"), read.ExpirySeconds);
        Assert.Equal(Number("min_final_cltv_expiry"), read.MinFinalCltvExpiry);
        Assert.Equal(payee, read.Payee.ToString());
        AssertSame(read, Decode(Bolt11.Encode(read, Key)));
    }

    [Theory, Vectors("cashu/bolt11.json", "valid")]
    public void A_published_invoice_says_what_it_says(string invoice, JsonElement decoded, string payee) => AssertReads(invoice, decoded, payee);

    [Theory, Vectors("cashu/bolt11.json", "own")]
    public void An_invoice_of_another_encoder_is_read_and_written_the_same(string invoice, JsonElement decoded, string payee)
    {
        AssertReads(invoice, decoded, payee);
        Assert.Equal(invoice, Bolt11.Encode(Decode(invoice), Key));
    }

    [Theory, Vectors("cashu/bolt11.json", "invalid")]
    public void A_published_invalid_invoice_is_refused_or_must_not_be_paid(string title, string invoice, string? why)
    {
        var read = Bolt11.TryDecode(invoice, out var decoded, out var fault);
        Assert.Equal(title == "unknown required feature bit 100", read);
        if (read) Assert.Equal(100, decoded!.FindUnknownRequiredFeature());
        Assert.Equal(read, why?.StartsWith("policy", StringComparison.Ordinal) ?? false);
        if (!read) Assert.False(string.IsNullOrEmpty(fault));
    }

    [Fact]
    public void Known_features_and_odd_ones_do_not_hinder_a_payer()
    {
        Assert.Null((Plain with { Features = [8, 14, 16, 48, 99, 101] }).FindUnknownRequiredFeature());
        Assert.Equal(50, (Plain with { Features = [8, 50, 100] }).FindUnknownRequiredFeature());
    }

    [Theory]
    [InlineData(1, "10p")]
    [InlineData(10, "100p")]
    [InlineData(99, "990p")]
    [InlineData(100, "1n")]
    [InlineData(21_000, "210n")]
    [InlineData(100_000, "1u")]
    [InlineData(250_000_000, "2500u")]
    [InlineData(100_000_000, "1m")]
    [InlineData(2_000_000_000, "20m")]
    [InlineData(100_000_000_000, "1")]
    [InlineData(long.MaxValue, "92233720368547758070p")]
    public void An_amount_is_written_as_short_as_it_can_be(long msat, string amount)
    {
        var text = Bolt11.Encode(Plain with { AmountMsat = msat }, Key);
        Assert.StartsWith("lnbcrt" + amount + "1", text, StringComparison.Ordinal);
        Assert.Equal(msat, Decode(text).AmountMsat);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0m")]
    [InlineData("01u")]
    [InlineData("1x")]
    [InlineData("1p")]
    [InlineData("12345p")]
    [InlineData("1mm")]
    [InlineData("1m1")]
    [InlineData("92233720368547758080p")]
    [InlineData("92233721")]
    [InlineData("99999999999999999999999")]
    public void An_amount_that_is_none_is_refused(string amount)
    {
        // The same words under another prefix: only checksum and signature change, and the amount is read before the signature.
        Assert.True(Bech32.TryDecode(Bolt11.Encode(Plain, Key), out _, out var words));
        Assert.False(Bolt11.TryDecode(Bech32.Encode("lnbcrt" + amount, words), out _, out var fault));
        Assert.Contains("amount", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lx", "ln and a network")]
    [InlineData("ln", "ln and a network")]
    [InlineData("ln2500u", "ln and a network")]
    public void A_prefix_of_something_else_is_refused(string prefix, string fault)
    {
        Assert.True(Bech32.TryDecode(Bolt11.Encode(Plain, Key), out _, out var words));
        Assert.False(Bolt11.TryDecode(Bech32.Encode(prefix, words), out _, out var said));
        Assert.Contains(fault, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_amount_makes_it_another_nodes_invoice()
    {
        Assert.True(Bech32.TryDecode(Bolt11.Encode(Plain, Key), out _, out var words));
        if (Bolt11.TryDecode(Bech32.Encode("lnbcrt1m", words), out var forged, out _))
            Assert.NotEqual(Decode(Bolt11.Encode(Plain, Key)).Payee, forged.Payee);
    }

    [Fact]
    public void An_invoice_that_cannot_be_is_not_written()
    {
        foreach (var wrong in new[]
        {
            Plain with { Network = "" }, Plain with { Network = "BC" }, Plain with { Network = "b2" }, Plain with { AmountMsat = 0 },
            Plain with { AmountMsat = -1 }, Plain with { Timestamp = -1 }, Plain with { Timestamp = 1L << 35 },
            Plain with { PaymentSecret = new byte[31] }, Plain with { DescriptionHash = new byte[33] },
            Plain with { Description = new string('x', 640) }, Plain with { Description = "\ud800" }, Plain with { ExpirySeconds = -1 },
            Plain with { MinFinalCltvExpiry = 1L << 60 }, Plain with { Features = [-1] }, Plain with { Features = [5115] },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => Bolt11.Encode(wrong, Key));
        }

        Assert.Throws<ArgumentException>(() => Bolt11.Encode(Plain, new byte[32]));
    }

    [Fact]
    public void What_is_written_is_read_again_with_its_payee()
    {
        var bytes = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(32);
        var text = Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements<string?>("", "café", "ナンセンス 1杯", "a\0b", new('x', 639)));
        var number = Gen.Choose(0, int.MaxValue).Zip(Gen.Choose(0, 1 << 28), (a, b) => ((long)a << 29) + b);
        var invoices =
            from network in Gen.Elements("bc", "tb", "tbs", "bcrt", "sb")
            from amount in Gen.OneOf(Gen.Constant((long?)null), number.Select(n => (long?)n + 1), Gen.Choose(1, 100_000).Select(n => (long?)n * 1000))
            from timestamp in number
            from hash in bytes
            from secret in bytes
            from description in text
            from expiry in number
            from blocks in Gen.OneOf(Gen.Constant((long?)null), Gen.Choose(0, 5000).Select(n => (long?)n))
            from features in Gen.Choose(0, 5114).ArrayOf(5)
            from key in bytes.Where(k => Secp256k1.IsSecretKey(k))
            select (Key: key, Invoice: new Bolt11Invoice
            {
                Network = network,
                AmountMsat = amount,
                Timestamp = timestamp % (1L << 35),
                PaymentHash = PaymentHash.TryRead(hash, out var h) ? h : default,
                PaymentSecret = secret,
                Description = description,
                DescriptionHash = description is null ? (ReadOnlyMemory<byte>?)hash : null,
                ExpirySeconds = expiry,
                MinFinalCltvExpiry = blocks,
                Features = [.. features.Distinct().Order()],
            });
        Prop.ForAll(invoices.ToArbitrary(), given =>
        {
            var written = Bolt11.Encode(given.Invoice, given.Key);
            var read = Decode(written);
            AssertSame(given.Invoice, read);
            Assert.True(Secp256k1.TryPublicKey(given.Key, out var payee));
            Assert.Equal(payee, read.Payee);
            Assert.Equal(written, Bolt11.Encode(read, given.Key));
            AssertSame(read, Decode(written.ToUpperInvariant()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_text_makes_reading_throw()
    {
        string[] seeds = [.. VectorsAttribute.Load("cashu/bolt11.json").GetProperty("valid").EnumerateArray()
            .Select(v => v.GetProperty("invoice").GetString()!)];
        var random = new SplitMix(11);
        for (var i = 0; i < 50_000; i++)
        {
            var text = Encoding.Latin1.GetString(Mutations.Of(Encoding.ASCII.GetBytes(seeds[i % seeds.Length]), ref random));
            if (!Bolt11.TryDecode(text, out _, out var fault)) Assert.NotNull(fault);
        }
    }

    [Fact]
    public void No_words_under_a_right_checksum_make_reading_throw()
    {
        // A changed text seldom gets past its checksum; changed words do.
        var random = new SplitMix(12);
        string[] prefixes = ["lnbc", "lntb20m", "lnbcrt2500u", "ln", "lnbc1p", "lnbc10p", "lnbc9999999999999999999"];
        Assert.True(Bech32.TryDecode(Bolt11.Encode(Plain, Key), out _, out var words));
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var changed = Mutations.Of(words, ref random).Select(b => (byte)(b & 31)).ToArray();
            if (Bolt11.TryDecode(Bech32.Encode(prefixes[i % prefixes.Length], changed), out var invoice, out var fault))
            {
                read++;
                _ = invoice.ExpiresAt;
                _ = invoice.FindUnknownRequiredFeature();
            }
            else
            {
                Assert.NotNull(fault);
            }
        }

        Assert.InRange(read, 100, 20_000);
    }
}
