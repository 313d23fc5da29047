using System.Text;
using System.Text.Json;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Encodings;

public sealed class CanonicalDocumentTests
{
    [Theory, Vectors("planetmint/canonical.json", "cases")]
    public void Text_has_both_canonical_forms(
        string json, string python, string javascript, JsonElement sha3_256_of_python, JsonElement sha3_256_of_javascript)
    {
        var asPython = Canonical(json, CanonicalForm.Python);
        var asJavaScript = Canonical(json, CanonicalForm.JavaScript);

        Assert.Equal(python, asPython);
        Assert.Equal(javascript, asJavaScript);
        Assert.Equal(sha3_256_of_python.GetString(), Hash(asPython));
        Assert.Equal(sha3_256_of_javascript.GetString(), Hash(asJavaScript));
        if (python != javascript) Assert.True(Parse(json).FormsMayDiffer);
    }

    [Theory]
    [InlineData("""{"a":1,"b":"x","c":[null,{"d":"\n\t\"é"}]}""", false)]
    [InlineData("""{"a":1.5}""", true)]
    [InlineData("""{"a":-0}""", true)]
    [InlineData("""{"a":"\u001f"}""", true)]
    [InlineData("""{"a\u0001":1}""", true)]
    [InlineData("""{"a":"😀"}""", false)]
    [InlineData("""{"😀":1}""", true)]
    public void It_is_known_whether_the_forms_could_differ(string json, bool differ) => Assert.Equal(differ, Parse(json).FormsMayDiffer);

    [Theory]
    [InlineData("""{"a":1,"a":1}""", "json_duplicate_member")]
    [InlineData("""{"b":{"a":1,"\u0061":2}}""", "json_duplicate_member")]
    [InlineData("""["\ud800"]""", "json_lone_surrogate")]
    [InlineData("""["\ud800\u0041"]""", "json_lone_surrogate")]
    [InlineData("""["\ude00\ud83d"]""", "json_lone_surrogate")]
    [InlineData("""{"\ud83d":1}""", "json_lone_surrogate")]
    [InlineData("[1e400]", "json_number_range")]
    [InlineData("[-1e400]", "json_number_range")]
    [InlineData("[NaN]", "json_malformed")]
    [InlineData("[Infinity]", "json_malformed")]
    [InlineData("[01]", "json_malformed")]
    [InlineData("[1.]", "json_malformed")]
    [InlineData("[1,]", "json_malformed")]
    [InlineData("[1]/**/", "json_malformed")]
    [InlineData("[1] 2", "json_malformed")]
    [InlineData("", "json_malformed")]
    [InlineData("{\"a\":\"\u0001\"}", "json_malformed")]
    [InlineData("\uFEFF{}", "json_malformed")]
    public void What_is_not_strict_JSON_is_an_error(string json, string name)
    {
        var result = CanonicalDocument.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal(name, result.Error?.Name);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_an_error()
    {
        Assert.Equal("json_not_utf8", CanonicalDocument.Parse(new byte[] { 0x22, 0xC3, 0x28, 0x22 }).Error?.Name);
        Assert.Equal("json_not_utf8", CanonicalDocument.Parse(new byte[] { 0x22, 0xED, 0xA0, 0x80, 0x22 }).Error?.Name);
    }

    [Fact]
    public void A_number_of_309_digits_is_beyond_a_double()
    {
        Assert.Equal("json_number_range", CanonicalDocument.Parse(Encoding.UTF8.GetBytes(new string('9', 309))).Error?.Name);
        Assert.Equal(new string('9', 308), Canonical(new string('9', 308), CanonicalForm.Python));
    }

    [Theory, InlineData(128, true), InlineData(129, false)]
    public void Depth_is_bounded(int depth, bool isTaken)
    {
        var json = new string('[', depth) + new string(']', depth);

        Assert.Equal(isTaken, CanonicalDocument.Parse(Encoding.UTF8.GetBytes(json)).IsOk);
    }

    [Fact]
    public void The_last_of_two_members_wins_where_that_is_wanted()
    {
        Assert.True(CanonicalDocument.Parse("""{"b":1,"a":2,"b":{"c":3},"b":4}"""u8.ToArray(), lastMemberWins: true)
            .TryGet(out var document, out _));

        Assert.Equal("""{"a":2,"b":4}""", Encoding.UTF8.GetString(document!.Utf8));
        Assert.True(document.Root.TryGetMember("b"u8, out var b) && b.Text.SequenceEqual("4"u8));
    }

    [Fact]
    public void Objects_of_many_members_are_sorted_and_can_be_walked()
    {
        var names = Enumerable.Range(0, 1000).Select(i => $"key{i * 7919 % 1000}").ToArray();
        var document = Parse("{" + string.Join(',', names.Select(n => $"\"{n}\":[\"{n}\",{{}}]")) + "}");

        var walked = new List<string>();
        foreach (var (name, value) in document.Root.Members)
        {
            walked.Add(name.GetString());
            Assert.Equal(2, value.Count);
            Assert.Equal($"[\"{name.GetString()}\",{{}}]", Encoding.UTF8.GetString(value.Json));
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), walked);
        Assert.Equal(1000, document.Root.Count);
    }

    [Fact]
    public void A_canonical_text_is_its_own_canonical_form_and_means_the_same()
    {
        var random = new SplitMix(20260101);
        for (var run = 0; run < 3000; run++)
        {
            var json = RandomJson.Value(ref random, depth: 0);
            foreach (var form in new[] { CanonicalForm.Python, CanonicalForm.JavaScript })
            {
                var once = Canonical(json, form);
                Assert.Equal(once, Canonical(once, form));
                Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(json).RootElement, JsonDocument.Parse(once).RootElement), json);
            }
        }
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var text = """{"b":[1,-0.5e3,"\u00e9\ud83d\ude00\\"],"a":{"c":null,"😀":true,"d":false},"e":"\u001f"}"""u8.ToArray();
        var random = new SplitMix(7);
        for (var run = 0; run < 100_000; run++)
        {
            var mutated = Mutations.Of(text, ref random);
            if (!CanonicalDocument.Parse(mutated).TryGet(out var document, out var error))
            {
                Assert.Equal(400, error.Code);
                continue;
            }

            var once = document.Utf8.ToArray();
            document.Dispose();
            Assert.True(CanonicalDocument.Canonicalize(once).TryGet(out var twice, out _));
            Assert.Equal(once, twice);
        }
    }

    [Theory]
    [InlineData("1e22", "1e+22")]
    [InlineData("123456789012345680.0", "1.2345678901234568e+17")]
    [InlineData("9999999999999998.0", "9999999999999998.0")]
    [InlineData("1e15", "1000000000000000.0")]
    [InlineData("0.00012", "0.00012")]
    [InlineData("0.000012", "1.2e-05")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("2.2250738585072014E-308", "2.2250738585072014e-308")]
    [InlineData("1e-400", "0.0")]
    [InlineData("-1e-400", "-0.0")]
    [InlineData("100", "100")]
    [InlineData("0.1e1", "1.0")]
    [InlineData("12.50", "12.5")]
    [InlineData("-1.0E+2", "-100.0")]
    public void Non_integers_are_written_as_Python_does(string json, string python) =>
        Assert.Equal(python, Canonical(json, CanonicalForm.Python));

    private static CanonicalDocument Parse(string json)
    {
        Assert.True(CanonicalDocument.Parse(Encoding.UTF8.GetBytes(json)).TryGet(out var document, out var error), error?.Message);
        return document!;
    }

    private static string Canonical(string json, CanonicalForm form)
    {
        Assert.True(CanonicalDocument.Canonicalize(Encoding.UTF8.GetBytes(json), form).TryGet(out var utf8, out var error), error?.Message);
        return Encoding.UTF8.GetString(utf8!);
    }

    private static string Hash(string text)
    {
        var hash = new byte[32];
        Sha3.Hash256(Encoding.UTF8.GetBytes(text), hash);
        return Convert.ToHexStringLower(hash);
    }
}
