using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Wire;

public class FrameTests
{
    [Theory, Vectors("cashu/frames.json", "draft")]
    public void A_draft_frame_is_answered(string name, JsonElement @in, JsonElement @out, JsonElement vector)
    {
        var mint = new SocketMint();
        if (name == "resume") mint.State = ProofState.Spent;
        string[] answers = [.. @in.EnumerateArray().SelectMany(f => mint.Answer(f.GetString()!))];
        if (@in.GetArrayLength() == 0) answers = Melt(mint, @out);

        AssertFrames(name, @out, answers);
        if (!vector.TryGetProperty("then", out var then)) return;
        mint.MintQuote = MintQuotes.Credit(mint.MintQuote, 10, 0).Quote!;
        AssertFrames(name, then, [.. @in.EnumerateArray().SelectMany(f => mint.Answer(f.GetString()!))]);
    }

    [Fact]
    public void The_frames_of_one_json_rpc_socket_are_answered()
    {
        var mint = new SocketMint();
        foreach (var vector in VectorsAttribute.Load("cashu/frames.json").GetProperty("rpc").EnumerateArray())
        {
            string[] answers = [.. vector.GetProperty("in").EnumerateArray().SelectMany(f => mint.Answer(f.GetString()!))];
            AssertFrames(vector.GetProperty("name").GetString()!, vector.GetProperty("out"), answers);
        }
    }

    [Theory]
    [InlineData("""["REQ","r","check_quote",{"ids":[]},1,2]""")]
    [InlineData(""" [ "CLOSE" , "r" , {} ] """)]
    [InlineData("""["REQ","r","check_melt_quote",{"ids":["a","a","b"],"x":[{}],"since":null}]""")]
    public void A_draft_frame_may_have_more_than_is_needed(string frame) =>
        Assert.NotNull(Known.Ok(DraftFrames.Read(Encoding.UTF8.GetBytes(frame), Known.Limits)));

    [Theory]
    [InlineData("""["REQ","","check_quote",{"ids":[]}]""", "invalid: ")]
    [InlineData("""["REQ","r","check_quote"]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",null]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote","x"]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":"a"}]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":[1]}]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":[null]}]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":[""]}]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":[]}]]""", "invalid [r]: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":[]}""", "invalid [r]: ")]
    [InlineData("""["REQ","\ud800","check_quote",{"ids":[]}]""", "invalid: ")]
    [InlineData("""["REQ","r","check_quote",{"ids":["a","b","c"]}]""", "limit [r]: more than 2 ids")]
    public void A_wrong_draft_frame_is_told_by_a_notice(string frame, string notice)
    {
        var error = DraftFrames.Read(Encoding.UTF8.GetBytes(frame), new LimitOptions { Filters = 2 }).Error;
        Assert.StartsWith(notice, error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":1,"method":"subscribe","params":{"kind":"proof_state","filters":[],"subId":"s"}}""", "1", 0)]
    [InlineData("""{"params":"{\"subId\":\"s\"}","method":"unsubscribe"}""", null, 0)]
    [InlineData("""{"id":1.50,"method":"unsubscribe","params":{"subId":"s"}}""", "1.50", 0)]
    [InlineData("""{"id":"\u0041","method":"unsubscribe","params":{"subId":"s"}}""", "\"\\u0041\"", 0)]
    [InlineData("""{"id":1,"jsonrpc":"1.0","method":"unsubscribe","params":{"subId":"s"}}""", "1", -32600)]
    [InlineData("""{"id":{},"method":"unsubscribe","params":{"subId":"s"}}""", "null", -32600)]
    [InlineData("""{"id":1,"method":7}""", "1", -32600)]
    [InlineData("""{"method":"dance"}""", null, -32601)]
    [InlineData("""{"id":1,"method":"subscribe"}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"subscribe","params":[]}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"subscribe","params":"["}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"subscribe","params":{"kind":"proof_state","subId":"s"}}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"subscribe","params":{"kind":"proof_state","filters":["02"],"subId":"s"}}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"subscribe","params":{"kind":"bolt11_mint_quote","filters":["a","b","c"],"subId":"s"}}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"unsubscribe","params":{"subId":""}}""", "1", -32602)]
    [InlineData("""{"id":1,"method":"unsubscribe","params":{"subId":"s"}}{""", "null", -32700)]
    [InlineData("7", "null", -32600)]
    [InlineData("", "null", -32700)]
    public void A_json_rpc_frame_is_read_or_refused_with_its_code(string text, string? id, int code)
    {
        var frame = RpcFrames.Read(Encoding.UTF8.GetBytes(text), new LimitOptions { Filters = 2 });
        Assert.Equal((id, code), (frame.Id, frame.Error?.Code ?? 0));
        Assert.Equal(code == 0, frame.Request is not null);
    }

    [Theory]
    [InlineData("", false, null, false)]
    [InlineData(",\"since\":null", true, null, false)]
    [InlineData(",\"since\":\"7;9\"", true, "7;9", false)]
    [InlineData(",\"since\":7", true, null, true)]
    [InlineData(",\"since\":{\"a\":[]}", true, null, true)]
    public void A_cursor_is_passed_on_unread(string since, bool isAsked, string? cursor, bool isUnreadable)
    {
        var draft = $$"""["REQ","r","check_quote",{"ids":["a"]{{since}}}]""";
        var rpc = $$$"""{"id":1,"method":"subscribe","params":{"kind":"bolt11_mint_quote","filters":["a"],"subId":"s"{{{since}}}}}""";
        var expected = new Since(isAsked, cursor, isUnreadable);
        Assert.Equal(expected, Assert.IsType<DraftRequest.Req>(Known.Ok(DraftFrames.Read(Encoding.UTF8.GetBytes(draft), Known.Limits))).Subscription.Since);
        Assert.Equal(expected, Assert.IsType<RpcRequest.Subscribe>(RpcFrames.Read(Encoding.UTF8.GetBytes(rpc), Known.Limits).Request).Subscription.Since);
    }

    [Theory]
    [InlineData(" [\n\"", FrameDialect.Draft)]
    [InlineData("{", FrameDialect.Rpc)]
    [InlineData("[ {", FrameDialect.Rpc)]
    [InlineData("[]", FrameDialect.None)]
    [InlineData("[[\"", FrameDialect.None)]
    [InlineData("\"", FrameDialect.None)]
    [InlineData(" ", FrameDialect.None)]
    public void Two_tokens_tell_the_dialect(string frame, FrameDialect dialect) =>
        Assert.Equal(dialect, Subscriptions.Dialect(Encoding.UTF8.GetBytes(frame)));

    [Fact]
    public void No_bytes_make_a_frame_throw()
    {
        var random = new SplitMix(17);
        var vectors = VectorsAttribute.Load("cashu/frames.json");
        byte[][] frames = [.. vectors.GetProperty("draft").EnumerateArray().Concat(vectors.GetProperty("rpc").EnumerateArray())
            .SelectMany(v => v.GetProperty("in").EnumerateArray()).Select(f => Encoding.UTF8.GetBytes(f.GetString()!))];
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var frame = Mutations.Of(frames[i % frames.Length], ref random);
            _ = Subscriptions.Dialect(frame);
            if (DraftFrames.Read(frame, Known.Limits).IsOk) read++;
            var rpc = RpcFrames.Read(frame, Known.Limits);
            Assert.Equal(rpc.Request is null, rpc.Error is not null);
            if (rpc.Id is not null) RpcFrames.WriteError(new System.Buffers.ArrayBufferWriter<byte>(), rpc.Id, RpcFrames.Internal);
            if (rpc.Request is not null) read++;
        }

        Assert.InRange(read, 1, 100_000);
    }

    private static string[] Melt(SocketMint mint, JsonElement @out)
    {
        var id = @out[0][1].GetString()!;
        var y = @out[0][2].GetProperty("Y").GetString()!;
        var request = new SubscriptionRequest(id, SubscriptionKind.Proof, [], [Known.Key(y)], default);
        mint.State = ProofState.Pending;
        var pending = mint.Res(id, request, y);
        (mint.State, mint.Witness) = (ProofState.Spent, "{\"signatures\":[\"<text>\"]}");
        return [pending, mint.Res(id, request, y)];
    }

    private static void AssertFrames(string name, JsonElement expected, string[] answers)
    {
        Assert.True(expected.GetArrayLength() == answers.Length, $"{name}: {string.Join('\n', answers)}");
        foreach (var (frame, answer) in expected.EnumerateArray().Zip(answers))
            Assert.True(Matches(frame, JsonDocument.Parse(answer).RootElement), $"{name}: {answer} is not {frame.GetRawText()}");
    }

    /// <summary>The same JSON, members in any order; <c>&lt;text&gt;</c> and <c>&lt;ln&gt;</c> stand for any text.</summary>
    private static bool Matches(JsonElement expected, JsonElement actual)
    {
        if (expected.ValueKind != actual.ValueKind) return false;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                return expected.EnumerateObject().Count() == actual.EnumerateObject().Count()
                    && expected.EnumerateObject().All(m => actual.TryGetProperty(m.Name, out var value) && Matches(m.Value, value));
            case JsonValueKind.Array:
                return expected.GetArrayLength() == actual.GetArrayLength()
                    && expected.EnumerateArray().Zip(actual.EnumerateArray()).All(p => Matches(p.First, p.Second));
            case JsonValueKind.String:
                var text = expected.GetString()!;
                if (text is "<ln>") return actual.GetString()!.StartsWith("ln", StringComparison.Ordinal);
                return text.EndsWith("<text>", StringComparison.Ordinal)
                    ? actual.GetString()!.Length > text.Length - 6 && actual.GetString()!.StartsWith(text[..^6], StringComparison.Ordinal)
                    : text == actual.GetString();
            default:
                return expected.GetRawText() == actual.GetRawText();
        }
    }
}
