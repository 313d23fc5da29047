using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Cashu.Client;
using Turnpike.Cashu.Domain;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Client;

public sealed class TokenTests
{
    private static readonly JsonElement Vectors = VectorsAttribute.Load("cashu/tokens.json");

    public static TheoryData<string> Valid => [.. Texts("v3_valid_padded_and_unpadded"), .. V4().Select(v => v.Encoded)];

    public static TheoryData<string> Invalid =>
    [
        .. Texts("v3_invalid"), "", "cashuB", "cashuA", "cashuB!", "cashuBoA", "cashuBo2F0gGFtYmh0YXVjc2F0",
        "cashuA" + Base64("""{"token":[],"unit":"sat"}"""), "cashuA" + Base64("""{"token":[{"mint":"m","proofs":[]}]}"""),
        "cashuA" + Base64("""{"token":[{"mint":"m","proofs":[{"amount":1,"id":"zz","secret":"s","C":"02"}]}]}"""),
        V4()[0].Encoded.TrimEnd('=')[..^8], V4()[1].Encoded + "AAAA",
    ];

    [Fact]
    public void Version_3_is_read_and_written()
    {
        var vector = Vectors.GetProperty("v3");
        var token = Known.Ok(Tokens.Decode(vector.GetProperty("encoded").GetString()!));

        var json = vector.GetProperty("json");
        var entry = json.GetProperty("token")[0];
        Assert.Equal(entry.GetProperty("mint").GetString(), token.Mint);
        Assert.Equal((10UL, "sat", "Thank you."), (token.Amount, token.Unit, token.Memo));
        Assert.Equal(
            entry.GetProperty("proofs").EnumerateArray().Select(p => p.GetProperty("C").GetString()), token.Proofs.Select(p => p.C.ToString()));
        Assert.Equal(vector.GetProperty("encoded").GetString(), Tokens.EncodeV3(token));
    }

    [Theory, MemberData(nameof(Valid))]
    public void Padding_and_a_scheme_make_no_difference(string encoded)
    {
        var token = Known.Ok(Tokens.Decode(encoded));

        Assert.Equal(Tokens.Encode(token), Tokens.Encode(Known.Ok(Tokens.Decode("cashu:" + encoded.TrimEnd('=') + "\n"))));
    }

    [Theory, MemberData(nameof(Invalid))]
    public void What_is_no_token_is_refused(string text) => Assert.Equal("token_malformed", Tokens.Decode(text).Error?.Name);

    [Fact]
    public void Version_4_is_read_and_written_byte_for_byte()
    {
        foreach (var (json, encoded) in V4())
        {
            var token = Known.Ok(Tokens.Decode(encoded));

            AssertSame(json, token);
            Assert.Equal(encoded.TrimEnd('='), Tokens.Encode(token));
        }
    }

    [Fact]
    public void Raw_tokens_are_read_and_written_byte_for_byte()
    {
        var vector = Vectors.GetProperty("raw");
        var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
        var token = Known.Ok(Tokens.DecodeRaw(bytes));

        AssertSame(vector.GetProperty("json"), token);
        Assert.Equal(bytes, Tokens.EncodeRaw(token));
        Assert.Equal("token_malformed", Tokens.DecodeRaw(bytes.AsSpan(1)).Error?.Name);
    }

    [Fact]
    public void What_a_proof_carries_survives_both_versions()
    {
        var keyset = Known.Keyset();
        var proof = new OwnedProof(1UL << 63, keyset.Id, """["P2PK",{"nonce":"é"}]""", Known.Key(Known.Generator))
        {
            Dleq = new Dleq(new Scalar(new byte[32]), new Scalar(Enumerable.Repeat((byte)7, 32).ToArray())),
            BlindingFactor = new Scalar(Enumerable.Repeat((byte)9, 32).ToArray()),
            EphemeralKey = Known.Key(Known.Generator),
            Witness = """{"signatures":["00"]}""",
        };
        var token = new Token("http://mint", "msat", [proof, proof with { Amount = 1, Dleq = null, BlindingFactor = null }]);

        var four = Known.Ok(Tokens.Decode(Tokens.Encode(token)));
        Assert.Equal(16, four.Proofs[0].Id.ToString().Length);
        Assert.Equal(keyset.Id.ToString()[..16], four.Proofs[0].Id.ToString());
        Assert.Equal(token.Proofs, four.Proofs.Select(p => p with { Id = keyset.Id }));
        Assert.Equal(token.Proofs, Known.Ok(Tokens.Decode(Tokens.EncodeV3(token))).Proofs);
    }

    [Fact]
    public void No_bytes_make_it_throw()
    {
        var vector = Convert.FromHexString(Vectors.GetProperty("raw").GetProperty("hex").GetString()!);
        var mutations = from at in Gen.Choose(5, vector.Length - 1) from value in Gen.Choose(0, 255) from cut in Gen.Choose(0, 8) select (at, value, cut);
        Prop.ForAll(mutations.ArrayOf().ToArbitrary(), changes =>
        {
            var bytes = vector.ToArray();
            foreach (var (at, value, _) in changes) bytes[at] = (byte)value;
            _ = Tokens.DecodeRaw(bytes.AsSpan(0, bytes.Length - changes.Sum(c => c.cut) % bytes.Length));
            _ = Tokens.Decode("cashuA" + Convert.ToBase64String(bytes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithReplay(20261121, 13));
    }

    [Theory, Vectors("cashu/payment_requests.json", "pairs")]
    public void Payment_requests_are_read(JsonElement json, string encoded)
    {
        var request = Known.Ok(PaymentRequests.Decode(encoded));

        Assert.Equal(Text(json, "i"), request.Id);
        Assert.Equal(json.TryGetProperty("a", out var amount) ? amount.GetUInt64() : null, request.Amount);
        Assert.Equal(Text(json, "u"), request.Unit);
        Assert.Equal(Text(json, "d"), request.Description);
        Assert.Equal(json.TryGetProperty("s", out var single) ? single.GetBoolean() : null, request.IsSingleUse);
        Assert.Equal(json.GetProperty("m").EnumerateArray().Select(m => m.GetString()!), request.Mints);
        var transports = json.TryGetProperty("t", out var t) ? t.EnumerateArray().ToList() : [];
        Assert.Equal(transports.Select(x => (Text(x, "t")!, Text(x, "a")!)), request.Transports.Select(x => (x.Type, x.Target)));
        Assert.Equal(transports.Select(x => Tags(x, "g")), request.Transports.Select(x => Join(x.Tags)));
        if (!json.TryGetProperty("nut10", out var condition)) Assert.Null(request.Lock);
        else Assert.Equal((Text(condition, "k")!, Text(condition, "d")!, Tags(condition, "t")), (request.Lock!.Kind, request.Lock.Data, Join(request.Lock.Tags)));

        var again = PaymentRequests.Encode(request);
        if (transports.Count == 0) Assert.Equal(encoded.TrimEnd('='), again);       // the anchor writes empty tags as undefined
        Assert.Equal(again, PaymentRequests.Encode(Known.Ok(PaymentRequests.Decode(again))));
    }

    [Theory, InlineData("creqA"), InlineData("creqB"), InlineData("creqAo2Fp"), InlineData("cashuA")]
    public void What_is_no_request_is_refused(string text) => Assert.Equal("request_malformed", PaymentRequests.Decode(text).Error?.Name);

    private static List<(JsonElement Json, string Encoded)> V4() =>
        [.. Vectors.GetProperty("v4").EnumerateArray().Select(v => (v.GetProperty("json"), v.GetProperty("encoded").GetString()!))];

    private static IEnumerable<string> Texts(string member) => Vectors.GetProperty(member).EnumerateArray().Select(v => v.GetString()!);

    private static string Base64(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var text) ? text.GetString() : null;

    private static string Tags(JsonElement json, string name) => !json.TryGetProperty(name, out var tags) ? ""
        : Join([.. tags.EnumerateArray().Select(IReadOnlyList<string> (t) => [.. t.EnumerateArray().Select(e => e.GetString()!)])]);

    private static string Join(IReadOnlyList<IReadOnlyList<string>> tags) => string.Join(';', tags.Select(t => string.Join(',', t)));

    private static void AssertSame(JsonElement json, Token token)
    {
        Assert.Equal((Text(json, "m"), Text(json, "u"), Text(json, "d")), (token.Mint, token.Unit, token.Memo));
        var expected = json.GetProperty("t").EnumerateArray().SelectMany(g => g.GetProperty("p").EnumerateArray()
            .Select(p => (Text(g, "i"), p.GetProperty("a").GetUInt64(), Text(p, "s"), Text(p, "c"))));
        Assert.Equal(expected, token.Proofs.Select(p => ((string?)p.Id.ToString(), p.Amount, (string?)p.Secret, (string?)p.C.ToString())));
    }
}
