using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class SocketFramesOnSqliteTests(SocketHost host) : SocketFrameTests(host), IClassFixture<SocketHost>;

public sealed class SocketFramesOnPostgresTests(SocketPairHost host) : SocketFrameTests(host), IClassFixture<SocketPairHost>;

/// <summary>The frames of both dialects through a real socket.</summary>
public abstract class SocketFrameTests(SocketHost host)
{
    private const string QuoteId = "019e6d5a-2347-7000-8322-05d51d498303";
    private const string MeltId = "019e6d5a-2347-7000-8449-370fefb42fed";
    private const string Y = "02599b9ea0a1ad4143706c2a5a4a568ce442dd4313e1cf1f7f0b58a317c1a355ee";

    [Theory, Vectors("cashu/frames.json", "draft")]
    public async Task A_draft_frame_is_answered(string name, JsonElement @in, JsonElement @out, JsonElement vector)
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        var frames = @in.EnumerateArray().Select(f => f.GetString()!).ToList();
        if (name == "resume") frames = [frames[0].Replace("<cursor>", await CursorAsync(), StringComparison.Ordinal)];
        if (frames.Count == 0)      // what a melt does to a subscription
        {
            await wallet.SendAsync($$"""["REQ","{{@out[0][1]}}","check_proof",{"points":["{{Y}}"]}]""");
            Assert.Equal("UNSPENT", (await wallet.ReadAsync())[2].GetProperty("state").GetString());
            await host.SetAsync([(Known.Key(Y), null)], ProofState.Pending);
            await host.SetAsync([(Known.Key(Y), @out[1][2].GetProperty("witness").GetString())], ProofState.Spent);
        }

        if (name == "resume") await host.SetAsync([(Known.Key(Y), null)], ProofState.Spent);
        foreach (var frame in frames) await wallet.SendAsync(frame);
        await ExpectAsync(wallet, name, @out);
        if (vector.TryGetProperty("then", out var then))
        {
            await PayAsync();
            await ExpectAsync(wallet, name, then);
        }

        await ExpectNothingAsync(wallet);
    }

    [Fact]
    public async Task The_frames_of_one_json_rpc_socket_are_answered()
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        foreach (var vector in VectorsAttribute.Load("cashu/frames.json").GetProperty("rpc").EnumerateArray())
        {
            foreach (var frame in vector.GetProperty("in").EnumerateArray()) await wallet.SendAsync(frame.GetString()!);
            await ExpectAsync(wallet, vector.GetProperty("name").GetString()!, vector.GetProperty("out"));
        }

        await PayAsync();       // s2 is still there: its kind was asked for by JSON-RPC, so the payload is the GET's
        var paid = (await wallet.ReadAsync()).GetProperty("params");
        Assert.Equal(("s2", "PAID"), (paid.GetProperty("subId").GetString(), paid.GetProperty("payload").GetProperty("state").GetString()));
        Assert.Equal(10, paid.GetProperty("payload").GetProperty("amount_paid").GetInt64());
        await ExpectNothingAsync(wallet);
    }

    [Fact]
    public async Task One_socket_may_speak_both_and_ids_are_apart()
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        await wallet.SendAsync($$"""["REQ","x","check_proof",{"points":["{{Y}}"]}]""");
        await wallet.SendBinaryAsync([.. System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"id":"x","method":"subscribe","params":{"kind":"proof_state","filters":["{{{Y}}}"],"subId":"x"}}""")]);
        Assert.Equal("RES", (await wallet.ReadAsync())[0].GetString());
        Assert.Equal("x", (await wallet.ReadAsync()).GetProperty("id").GetString());
        Assert.Equal("x", (await wallet.ReadAsync()).GetProperty("params").GetProperty("subId").GetString());
        await host.SetAsync([(Known.Key(Y), "w")], ProofState.Spent);
        JsonElement[] changes = [await wallet.ReadAsync(), await wallet.ReadAsync()];
        var draft = changes.Single(c => c.ValueKind == JsonValueKind.Array)[2];
        var rpc = changes.Single(c => c.ValueKind == JsonValueKind.Object).GetProperty("params").GetProperty("payload");
        Assert.Equal(draft.GetRawText(), rpc.GetRawText());
        await wallet.SendAsync("""["CLOSE","x"]""");
        await wallet.SendAsync("nonsense");
        Assert.StartsWith("invalid", (await wallet.ReadAsync())[1].GetString());
        await host.SetAsync([(Known.Key(Y), null)], ProofState.Unspent);
        Assert.Equal("x", (await wallet.ReadAsync()).GetProperty("params").GetProperty("subId").GetString());
        await ExpectNothingAsync(wallet);
    }

    [Fact]
    public async Task A_request_without_an_id_is_carried_out_and_not_answered()
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        await wallet.SendAsync("""{"method":"dance"}""");
        await wallet.SendAsync($$$"""{"method":"subscribe","params":{"kind":"proof_state","filters":["{{{Y}}}"],"subId":"q"}}""");
        Assert.Equal("UNSPENT", (await wallet.ReadAsync()).GetProperty("params").GetProperty("payload").GetProperty("state").GetString());
        await wallet.SendAsync("""{"method":"unsubscribe","params":{"subId":"q"}}""");
        await ExpectNothingAsync(wallet);
    }

    [Fact]
    public async Task Another_request_with_the_same_id_replaces_the_first()
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        var other = SocketHost.Y(7);
        await wallet.SendAsync($$"""["REQ","r","check_proof",{"points":["{{Y}}"]}]""");
        await wallet.SendAsync($$"""["REQ","r","check_proof",{"points":["{{other}}"]}]""");
        Assert.Equal(Y, (await wallet.ReadAsync())[2].GetProperty("Y").GetString());
        Assert.Equal(other.ToString(), (await wallet.ReadAsync())[2].GetProperty("Y").GetString());
        await host.SetAsync([(Known.Key(Y), null), (other, null)], ProofState.Pending);
        Assert.Equal(other.ToString(), (await wallet.ReadAsync())[2].GetProperty("Y").GetString());
        await host.SetAsync([(other, null)], ProofState.Unspent);
        Assert.Equal("UNSPENT", (await wallet.ReadAsync())[2].GetProperty("state").GetString());
        await ExpectNothingAsync(wallet);
    }

    [Theory]
    [InlineData("null", false), InlineData("\"nonsense\"", true), InlineData("7", true), InlineData("{\"a\":1}", true)]
    [InlineData("\"Af_______38\"", true)]       // far beyond the head
    public async Task Without_a_cursor_that_holds_the_state_comes_first_and_says_whether_there_is_a_gap(string since, bool isGap)
    {
        await ResetAsync();
        await using var wallet = await host.ConnectAsync();
        var points = $"\"{Y}\",\"{SocketHost.Y(1)}\"";
        await wallet.SendAsync($$"""["REQ","r","check_proof",{"points":[{{points}}],"since":{{since}}}]""");
        JsonElement[] states = [(await wallet.ReadAsync())[2], (await wallet.ReadAsync())[2]];
        Assert.Equal([false, true], states.Select(s => s.TryGetProperty("seq", out _)));
        Assert.All(states, s => Assert.Equal(isGap, s.TryGetProperty("gap", out var gap) && gap.GetBoolean()));
        await wallet.SendAsync(
            $$$"""{"id":1,"method":"subscribe","params":{"kind":"proof_state","filters":[],"subId":"e","since":{{{since}}}}}""");
        Assert.True((await wallet.ReadAsync()).GetProperty("result").TryGetProperty("seq", out _));
    }

    private static async Task ExpectAsync(WalletSocket wallet, string name, JsonElement frames)
    {
        foreach (var frame in frames.EnumerateArray()) Match(name, frame, await wallet.ReadAsync());
    }

    /// <summary>Asks something and gets nothing but its answer.</summary>
    private static async Task ExpectNothingAsync(WalletSocket wallet)
    {
        await wallet.SendAsync("""["DANCE"]""");
        Assert.Equal("invalid: expected REQ or CLOSE", (await wallet.ReadAsync())[1].GetString());
    }

    private static void Match(string name, JsonElement expected, JsonElement found)
    {
        Assert.True(expected.ValueKind == found.ValueKind, $"{name}: {expected} and {found}");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(m => m.Name).Order(), found.EnumerateObject().Select(m => m.Name).Order());
                foreach (var member in expected.EnumerateObject()) Match(name, member.Value, found.GetProperty(member.Name));
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), found.GetArrayLength());
                foreach (var (e, f) in expected.EnumerateArray().Zip(found.EnumerateArray())) Match(name, e, f);
                break;
            case JsonValueKind.String:
                var pattern = System.Text.RegularExpressions.Regex.Escape(expected.GetString()!)
                    .Replace("<text>", ".+", StringComparison.Ordinal).Replace("<ln>", "ln.+", StringComparison.Ordinal)
                    .Replace("<cursor>", "[A-Za-z0-9_-]+", StringComparison.Ordinal);
                Assert.Matches("^" + pattern + "$", found.GetString());
                break;
            default:
                Assert.Equal(expected.GetRawText(), found.GetRawText());
                break;
        }
    }

    private async Task<string> CursorAsync() =>
        await host.Database.ReadAsync(async snapshot => (await snapshot.PointAsync()).ToCursor().ToString(), CancellationToken.None);

    private Task PayAsync() => host.CommitAsync(work =>
    {
        MintQuoteTable.Credit(work, Quote.Id, 10, 1711032999);
        MintQuoteChanged.Append(work, Quote with { AmountPaid = 10, UpdatedAt = 1711032999 });
    });

    private static MintQuote Quote => Known.MintQuote(10, id: QuoteId) with
    {
        Request = "lnbc10n1",
        PaymentHash = new Scalar(Enumerable.Repeat((byte)3, 32).ToArray()),
        Node = Known.Key(Known.Generator),
        Expiry = 1711036570,
        Created = 1711032970,
        UpdatedAt = 1711032970,
    };

    private Task ResetAsync() => host.CommitAsync(work =>
    {
        work.Write("DELETE FROM cashu_proof");
        work.Write("DELETE FROM cashu_mint_quote");
        work.Write("DELETE FROM cashu_melt_quote");
        MintQuoteTable.Insert(work, Quote);
        work.Write(
            "INSERT INTO cashu_melt_quote (id, method, unit, request, payment_hash, amount, amount_msat, fee_reserve, state, expiry, " +
            "created, updated_at) VALUES ($1, 'bolt11', 'sat', 'lnbc10n2', $2, 10, 10000, 2, 0, 1701704757, 0, 0)", MeltId, new byte[32]);
    });
}
