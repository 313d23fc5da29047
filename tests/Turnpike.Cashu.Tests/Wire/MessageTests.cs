using System.Buffers;
using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Wire;

public class MessageTests
{
    private static readonly string s_proof = $$"""{"amount":1,"id":"00456a94ab4e1c46","secret":"s","C":"{{Known.Generator}}"}""";
    private static readonly string s_output = $$"""{"amount":1,"id":"00456a94ab4e1c46","B_":"{{Known.Generator}}"}""";

    [Fact]
    public void What_we_write_we_read()
    {
        var keyset = Known.Keyset();
        var secret = """["P2PK",{"nonce":"ü\"\\","data":"x"}]""";
        var proof = new Proof(4, keyset.Id, SecretJson.Parse(Encoding.UTF8.GetBytes(secret)), Known.Text(Known.Generator.ToUpperInvariant()), WitnessJson.Make(["ab"], "cd"));
        var request = new SwapRequest([proof], [Known.Output(keyset, 4, 1)]);

        var read = Known.Ok(SwapMessages.Read(Bytes(o => SwapMessages.Write(o, request)), Known.Limits));

        Assert.Equal(request.Outputs, read.Outputs);
        var back = Assert.Single(read.Inputs);
        Assert.Equal(proof with { Witness = null }, back with { Witness = null });
        Assert.Equal(Known.Generator.ToUpperInvariant(), back.C.ToString());
        Assert.Equal(secret, Encoding.UTF8.GetString(back.Secret.Utf8.Span));
        Assert.Equal((proof.Witness!.Text, "cd", "ab"), (back.Witness!.Text, back.Witness.Preimage, back.Witness.Signatures.Single()));
    }

    [Fact]
    public void A_secret_is_kept_as_it_was_meant_whatever_its_escapes()
    {
        var body = Body(s_proof.Replace("\"s\"", "\"\\u0073\\/\\\"\\ud83e\\udd5c\"", StringComparison.Ordinal));
        Assert.Equal("s/\"🥜", Encoding.UTF8.GetString(Known.Ok(SwapMessages.Read(body, Known.Limits)).Inputs[0].Secret.Utf8.Span));
    }

    [Fact]
    public void Points_and_ids_are_the_same_with_escapes()
    {
        var escaped = Known.Ok(SwapMessages.Read(Body(s_proof.Replace("\"0", "\"\\u0030", StringComparison.Ordinal)), Known.Limits)).Inputs[0];
        Assert.Equal((Known.Generator, "00456a94ab4e1c46"), (escaped.C.ToString(), escaped.Id.ToString()));
        Assert.Equal(10000, Known.Code(SwapMessages.Read(Body(With("C", $"\"\\ud800{new string('0', 65)}\"")), Known.Limits)));
    }

    [Theory]
    [InlineData("""{ "signatures" : [ "a b\" c" ] , "x" : 1.0 }""", """{"signatures":["a b\" c"],"x":1.0}""")]
    [InlineData("\"{ \\\"signatures\\\": [] }\"", "{ \"signatures\": [] }")]
    [InlineData("\"no JSON\"", "no JSON")]
    public void A_witness_is_kept_as_text_or_as_the_compact_json_of_an_object(string witness, string text) =>
        Assert.Equal(text, Known.Ok(SwapMessages.Read(Body(With("witness", witness)), Known.Limits)).Inputs[0].Witness!.Text);

    public static TheoryData<string> WrongBodies => new(
        "", "{", "[]", "7", "{}", "{\"inputs\":[]}", "{\"inputs\":{},\"outputs\":[]}", "{\"inputs\":[],\"outputs\":[]}}", "{\"inputs\":[1],\"outputs\":[]}",
        Swap(With("amount", "-1")), Swap(With("amount", "1.0")), Swap(With("amount", "1e2")), Swap(With("amount", "\"1\"")),
        Swap(With("amount", "9223372036854775808")), Swap(With("amount", "null")), Swap(With("id", "7")), Swap(With("secret", "7")),
        Swap(With("secret", "null")), Swap(With("secret", "\"\\ud800\"")), Swap(With("secret", $"\"{new string('x', 2049)}\"")),
        Swap(With("C", "\"02\"")), Swap(With("C", $"\"04{new string('0', 64)}\"")), Swap(With("C", "7")), Swap(With("witness", "7")),
        Swap(With("witness", $"\"{new string('x', 4097)}\"")), Swap("{}"), Swap(With("amount", "1") + ","));

    [Theory, MemberData(nameof(WrongBodies))]
    public void A_wrong_body_is_refused(string body) => Assert.Equal(10000, Known.Code(SwapMessages.Read(Encoding.UTF8.GetBytes(body), Known.Limits)));

    [Fact]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.Equal(10000, Known.Code(SwapMessages.Read(Body(s_proof).Select(b => b == 's' ? (byte)0xFF : b).ToArray(), Known.Limits)));

    [Theory]
    [InlineData("amount", "9223372036854775807")]
    [InlineData("id", "\"no id\"")]
    [InlineData("dleq", "{\"e\":[{}]}")]
    [InlineData("witness", "null")]
    public void What_is_unknown_or_large_is_read(string name, string value) =>
        Assert.Single(Known.Ok(SwapMessages.Read(Body(With(name, value)), Known.Limits)).Inputs);

    [Fact]
    public void A_list_that_is_too_long_is_cut_off_one_above()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"inputs":[{{string.Join(',', Enumerable.Repeat(s_proof, 5))}}],"outputs":[{{string.Join(',', Enumerable.Repeat(s_output, 5))}}]}""");
        var swap = Known.Ok(SwapMessages.Read(body, new LimitOptions { Inputs = 2, Outputs = 3 }));
        Assert.Equal((3, 4), (swap.Inputs.Count, swap.Outputs.Count));
    }

    [Fact]
    public void A_mint_quote_is_asked_for()
    {
        var request = Known.Ok(MintMessages.ReadQuoteRequest("""{"amount":5,"unit":"sat","description":null,"x":{},"pubkey":"02"}"""u8.ToArray()));
        Assert.Equal(new MintQuoteRequest(5, "sat", null, "02"), request);
        foreach (var wrong in new[] { """{"amount":0,"unit":"sat"}""", """{"amount":-5,"unit":"sat"}""", """{"unit":"sat"}""", """{"amount":5}""", """{"amount":5,"unit":"sat","description":7}""" })
            Assert.Equal(10000, Known.Code(MintMessages.ReadQuoteRequest(Encoding.UTF8.GetBytes(wrong))));
    }

    [Theory]
    [InlineData("""{"quotes":["a","b"],"outputs":[],"signatures":[null,"x"],"quote_amounts":[1,2]}""", 0)]
    [InlineData("""{"quotes":["a","b"],"outputs":[]}""", 0)]
    [InlineData("""{"quotes":["a","a"],"outputs":[]}""", 11016)]
    [InlineData("""{"quotes":["a","b","c"],"outputs":[]}""", 11017)]
    [InlineData("""{"quotes":[],"outputs":[]}""", 10000)]
    [InlineData("""{"quotes":[null],"outputs":[]}""", 10000)]
    [InlineData("""{"quotes":["a"]}""", 10000)]
    [InlineData("""{"quotes":["a"],"outputs":[],"signatures":[]}""", 10000)]
    [InlineData("""{"quotes":["a"],"outputs":[],"quote_amounts":[1,2]}""", 10000)]
    public void A_batch_is_read_and_its_lists_compared(string body, int code) =>
        Assert.Equal(code, Known.Code(MintMessages.ReadBatch(Encoding.UTF8.GetBytes(body), new LimitOptions { Batch = 2 })));

    [Fact]
    public void A_check_of_quotes_is_read() => Assert.Equal(
        [new QuoteId("a"), new QuoteId("b")], Known.Ok(MintMessages.ReadCheck("""{"quotes":["a","b"]}"""u8.ToArray(), Known.Limits)));

    [Theory]
    [InlineData("""{"request":"ln","unit":"sat"}""", 0, null)]
    [InlineData("""{"request":"ln","unit":"sat","options":null}""", 0, null)]
    [InlineData("""{"request":"ln","unit":"sat","options":{"amountless":{"amount_msat":7}}}""", 0, 7L)]
    [InlineData("""{"request":"ln","unit":"sat","options":{"mpp":{"amount":7}}}""", 10000, null)]
    [InlineData("""{"request":"ln","unit":"sat","options":{"amountless":{}}}""", 10000, null)]
    [InlineData("""{"request":"ln"}""", 10000, null)]
    public void A_melt_quote_is_asked_for(string body, int code, long? amountless)
    {
        var result = MeltMessages.ReadQuoteRequest(Encoding.UTF8.GetBytes(body));
        Assert.Equal(code, Known.Code(result));
        if (code == 0) Assert.Equal(new MeltQuoteRequest("ln", "sat", amountless), Known.Ok(result));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(",\"outputs\":null", null)]
    [InlineData(",\"outputs\":[]", 0)]
    [InlineData(",\"outputs\":[{\"id\":\"00456a94ab4e1c46\",\"B_\":\"0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\"}],\"prefer_async\":true", 1)]
    public void A_melt_is_read_with_or_without_blanks(string more, int? blanks)
    {
        var melt = Known.Ok(MeltMessages.Read(Encoding.UTF8.GetBytes($$"""{"quote":"q","inputs":[{{s_proof}}]{{more}}}"""), Known.Limits));
        Assert.Equal((blanks, blanks == 1), (melt.Outputs?.Count, melt.PreferAsync));
    }

    [Fact]
    public void States_are_asked_for_and_told()
    {
        var ys = Known.Ok(StateMessages.Read(Encoding.UTF8.GetBytes($$"""{"Ys":["{{Known.Generator.ToUpperInvariant()}}"]}"""), Known.Limits));
        Assert.Equal(
            $$"""{"states":[{"Y":"{{Known.Generator}}","state":"SPENT","witness":"{\"a\":\"ü\"}"}]}""",
            Text(o => StateMessages.Write(o, [new ProofStatus(ys[0], ProofState.Spent, "{\"a\":\"ü\"}")])));
        Assert.Equal(10000, Known.Code(StateMessages.Read(Encoding.UTF8.GetBytes($$"""{"Ys":["02{{new string('0', 64)}}"]}"""), Known.Limits)));
        Assert.Equal(11014, Known.Code(StateMessages.Read(
            Encoding.UTF8.GetBytes($$"""{"Ys":["{{Known.Generator}}","{{Known.Generator}}","{{Known.Generator}}"]}"""), new LimitOptions { Inputs = 1 })));
    }

    [Fact]
    public void Signatures_and_restored_outputs_are_written()
    {
        var keyset = Known.Keyset();
        var output = Known.Output(keyset, 4, 1);
        Assert.True(output.Blinded.TryGetPoint(out var point));
        var signature = Signer.Sign(keyset, 4, point);
        var expected = $$$"""[{"amount":4,"id":"{{{keyset.Id}}}","C_":"{{{signature.Signature}}}","dleq":{"e":"{{{signature.Dleq.E}}}","s":"{{{signature.Dleq.S}}}"}}]""";
        Assert.Equal($$"""{"signatures":{{expected}}}""", Text(o => SwapMessages.WriteSignatures(o, [signature])));
        Assert.Equal(
            $$"""{"outputs":[{"amount":4,"id":"{{keyset.Id}}","B_":"{{output.Blinded}}"}],"signatures":{{expected}}}""",
            Text(o => RestoreMessages.Write(o, [output], [signature])));
        var restore = Known.Ok(RestoreMessages.Read(Encoding.UTF8.GetBytes($$"""{"outputs":[{{s_output}}]}"""), Known.Limits));
        Assert.Equal(Known.Generator, restore.Single().Blinded.ToString());
        var melt = Known.MeltQuote(10, 2, MeltQuoteState.Paid) with { Preimage = new Scalar(new byte[32]) };
        Assert.EndsWith(
            $$""" "state":"PAID","expiry":1701704757,"payment_preimage":"{{new string('0', 64)}}","change":{{expected}}}""".TrimStart(),
            Text(o => MeltMessages.WriteQuote(o, melt, [signature])), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_written_by_rising_amount()
    {
        var keyset = Known.Keyset(order: 2, fee: 5, expiry: 9).Keyset;
        var start = $$"""{"keysets":[{"id":"{{keyset.Id}}","unit":"sat","active":true,"input_fee_ppk":5,"final_expiry":9""";
        Assert.Equal(start + "}]}", Text(o => KeysMessages.WriteKeysets(o, [keyset])));
        Assert.Equal(
            start + $$$""","keys":{"1":"{{{keyset.Keys[0].Key}}}","2":"{{{keyset.Keys[1].Key}}}"}}]}""", Text(o => KeysMessages.WriteKeys(o, [keyset])));
    }

    [Fact]
    public void Quotes_and_errors_are_written()
    {
        var quote = Known.MintQuote(10, 10) with { Pubkey = Known.Key(Known.Generator), Expiry = null };
        Assert.Equal(
            $$"""[{"quote":"q","request":"lnbcrt1","amount":10,"unit":"sat","method":"bolt11","state":"PAID","expiry":null,"pubkey":"{{Known.Generator}}","amount_paid":10,"amount_issued":0,"updated_at":1711032970}]""",
            Text(o => MintMessages.WriteQuotes(o, [quote])));
        Assert.Equal("""{"detail":"Proofs are already spent","code":11001}""", Text(o => ErrorMessage.Write(o, CashuErrors.ProofsSpent)));
        Assert.Equal((400, 500), (ErrorMessage.Status(CashuErrors.ProofsSpent), ErrorMessage.Status(CashuErrors.Internal)));
    }

    [Theory]
    [InlineData("auto", false, true, true)]
    [InlineData("auto", true, true, false)]
    [InlineData("auto", false, false, false)]
    [InlineData("always", true, false, true)]
    [InlineData("never", false, true, false)]
    public void The_draft_is_named_to_those_who_can_bear_it(string advertise, bool clientVersion, bool userAgent, bool named)
    {
        var options = new CashuOptions { Units = ["sat", "msat"], Motd = "hi", Contact = [new ContactOptions { Method = "email", Info = "a@b" }] };
        options.Draft.Advertise = advertise;
        var facts = new InfoFacts(Known.Key(Known.Generator), "1.2.3", true, InfoDocument.NamesDraft(options.Draft, clientVersion, userAgent), 7);
        var info = JsonDocument.Parse(Text(o => InfoDocument.Write(o, options, facts))).RootElement;
        Assert.Equal("Turnpike/1.2.3", info.GetProperty("version").GetString());
        Assert.False(info.TryGetProperty("description", out _));
        var nuts = info.GetProperty("nuts");
        Assert.Equal(named, nuts.TryGetProperty("xx", out var xx));
        if (named) Assert.Equal("""{"supported":[["check_quote"],["check_proof"]]}""", xx.GetRawText());
        Assert.Equal(["4", "5", "7", "8", "9", "10", "11", "12", "14", "20", "17", "19", "29"], nuts.EnumerateObject().Select(n => n.Name).Where(n => n != "xx"));
        Assert.Equal([1_000_000, 1_000_000_000], nuts.GetProperty("4").GetProperty("methods").EnumerateArray().Select(m => m.GetProperty("max_amount").GetInt64()));
        Assert.Equal(JsonValueKind.Null, nuts.GetProperty("19").GetProperty("ttl").ValueKind);
    }

    [Fact]
    public void No_bytes_make_a_body_throw()
    {
        var random = new SplitMix(4);
        var conditions = VectorsAttribute.Load("cashu/spending_conditions.json");
        List<byte[]> bodies = [.. conditions.GetProperty("own").EnumerateArray().Select(v => Body(v.GetProperty("proof").GetRawText())),
            .. conditions.GetProperty("melts").EnumerateArray().Select(v => Encoding.UTF8.GetBytes(v.GetProperty("request").GetRawText())),
            """{"quotes":["a","b"],"outputs":[],"signatures":[null,"x"],"quote_amounts":[1,2],"Ys":[]}"""u8.ToArray(),
            """{"amount":5,"request":"ln","unit":"sat","pubkey":"02","options":{"amountless":{"amount_msat":7}}}"""u8.ToArray()];
        var read = 0;
        for (var i = 0; i < 5000; i++)
        {
            var body = Mutations.Of(bodies[i % bodies.Count], ref random);
            if (SwapMessages.Read(body, Known.Limits).TryGet(out var swap, out _))
            {
                read++;
                _ = SpendingRules.Check(swap.Inputs, swap.Outputs, null, 1767225600, 10);
            }

            _ = MintMessages.Read(body, Known.Limits);
            _ = MintMessages.ReadBatch(body, Known.Limits);
            _ = MintMessages.ReadCheck(body, Known.Limits);
            _ = MintMessages.ReadQuoteRequest(body);
            _ = MeltMessages.Read(body, Known.Limits);
            _ = MeltMessages.ReadQuoteRequest(body);
            _ = StateMessages.Read(body, Known.Limits);
            _ = RestoreMessages.Read(body, Known.Limits);
        }

        Assert.InRange(read, 1, 4999);
    }

    private static string With(string name, string value)
    {
        var members = JsonDocument.Parse(s_proof).RootElement.EnumerateObject().Where(m => m.Name != name).Select(m => $"\"{m.Name}\":{m.Value.GetRawText()}");
        return $"{{{string.Join(',', members)},\"{name}\":{value}}}";
    }

    private static string Swap(string proof) => $$"""{"inputs":[{{proof}}],"outputs":[{{s_output}}]}""";

    private static byte[] Body(string proof) => Encoding.UTF8.GetBytes(Swap(proof));

    private static string Text(Action<IBufferWriter<byte>> write) => Encoding.UTF8.GetString(Bytes(write));

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
