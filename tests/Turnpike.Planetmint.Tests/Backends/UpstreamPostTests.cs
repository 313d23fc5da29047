using System.Globalization;
using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Backends;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Backends;

public sealed class UpstreamPostTests
{
    private const string Body = """{"id":"ab", "n":1e-05}""";

    public static TheoryData<string, string, int, string, int, string> ChainAnswers
    {
        get
        {
            const string unreadable = """{"message":"The upstream's answer cannot be read","status":502}""";
            const string refused = """{"message":"Transaction validation failed","status":500}""";
            var data = new TheoryData<string, string, int, string, int, string>
            {
                { "Async", "broadcast_tx_async", 200, """{"result":{"code":0,"data":"","log":"","hash":"AB"}}""", 202, Body },
                { "Sync", "broadcast_tx_sync", 200, """{"error":null,"result":{"code":0}}""", 202, Body },
                { "Sync", "broadcast_tx_sync", 200, """{"result":{"code":1}}""", 500, refused },
                { "Async", "broadcast_tx_async", 200, """{"result":{"code":7}}""", 500, refused },
                { "Commit", "broadcast_tx_commit", 200, """{"result":{"check_tx":{},"deliver_tx":{},"height":"9"}}""", 202, Body },
                { "Commit", "broadcast_tx_commit", 200, """{"result":{"check_tx":{"code":0},"tx_result":{"code":0}}}""", 202, Body },
                { "Commit", "broadcast_tx_commit", 200, """{"result":{"check_tx":{"code":1},"deliver_tx":{}}}""", 500, refused },
                { "Commit", "broadcast_tx_commit", 200, """{"result":{"check_tx":{"code":0},"deliver_tx":{"code":1}}}""", 500, refused },
                { "Commit", "broadcast_tx_commit", 200, """{"result":{"check_tx":{"code":0},"tx_result":{"code":3}}}""", 500, refused },
                { "Commit", "broadcast_tx_commit", 500, Error("timed out waiting for tx to be included in a block"), 500,
                    """{"message":"Internal error - timed out waiting for tx to be included in a block","status":500}""" },
                { "Sync", "broadcast_tx_sync", 500, Error("Tx already exists in cache"), 400,
                    """{"message":"Internal error - Tx already exists in cache","status":400}""" },
                { "Sync", "broadcast_tx_sync", 200, Error("tx already exists in cache"), 400,
                    """{"message":"Internal error - tx already exists in cache","status":400}""" },
                { "Async", "broadcast_tx_async", 200, Error("mempool is full"), 500,
                    """{"message":"Internal error - mempool is full","status":500}""" },
                { "Async", "broadcast_tx_async", 200, "<html>", 502, unreadable },
                { "Commit", "broadcast_tx_commit", 200, "{}", 502, unreadable },
                { "Async", "broadcast_tx_async", 200, """{"result":{"code":"x"}}""", 502, unreadable },
            };
            return data;

            static string Error(string text) =>
                $$$"""{"jsonrpc":"2.0","id":0,"error":{"code":-32603,"message":"Internal error","data":"{{{text}}}"} }""";
        }
    }

    [Theory, MemberData(nameof(ChainAnswers))]
    public async Task A_chain_is_asked_by_its_mode_and_its_answer_translated(
        string mode, string method, int status, string answer, int expectedStatus, string expectedBody)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.CometBft038);
        var asked = "";
        upstream.OnPost = (_, body) =>
        {
            asked = body;
            return (status, answer);
        };
        using var chain = new CometBftUpstream(upstream.Options, TimeProvider.System);
        var result = await chain.PostAsync(Encoding.UTF8.GetBytes(Body), Enum.Parse<PostMode>(mode), CancellationToken.None);
        Assert.Equal((expectedStatus, expectedBody), (result.Status, Encoding.UTF8.GetString(result.Body.Span)));

        var call = JsonDocument.Parse(asked).RootElement;
        Assert.Equal(method, call.GetProperty("method").GetString());
        Assert.Equal(Body, Encoding.UTF8.GetString(Assert.Single(call.GetProperty("params").EnumerateArray()).GetBytesFromBase64()));
    }

    [Theory]
    [InlineData("Async", 202, Body)]
    [InlineData("Sync", 202, Body)]
    [InlineData("Commit", 202, Body)]
    [InlineData("Commit", 400, """{"message":"Invalid transaction (DoubleSpend): input `…` was already spent","status":400}""")]
    [InlineData("Sync", 500, "no JSON at all")]
    [InlineData("Async", 401, "{}")]
    public async Task A_node_is_handed_the_post_as_it_came_and_its_answer_goes_back(string mode, int status, string answer)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.BigchainDb);
        (string Path, string Body) asked = default;
        upstream.OnPost = (path, body) =>
        {
            asked = (path, body);
            return (status, answer);
        };
        using var node = new NodeUpstream(upstream.Options, TimeProvider.System);
        var result = await node.PostAsync(Encoding.UTF8.GetBytes(Body), Enum.Parse<PostMode>(mode), CancellationToken.None);
        Assert.Equal(($"/api/v1/transactions?mode={mode.ToLower(CultureInfo.InvariantCulture)}", Body), asked);
        Assert.Equal((status, answer), (result.Status, Encoding.UTF8.GetString(result.Body.Span)));
        Assert.StartsWith("application/json", result.ContentType, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Dialect.BigchainDb)]
    [InlineData(Dialect.CometBft038)]
    public async Task A_post_without_an_answer_says_that_its_outcome_is_open(Dialect dialect)
    {
        var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.FaultOf = _ => Fault.Silence;
        var clock = new FastClock(50);
        var backend = Upstreams.Create(upstream.Options with { PostTimeout = TimeSpan.FromSeconds(15) }, clock)!;
        using var disposal = (IDisposable)backend;
        var silent = await backend.PostAsync("{}"u8.ToArray(), PostMode.Commit, CancellationToken.None);
        Assert.Equal(504, silent.Status);
        Assert.Contains("may still be committed", Encoding.UTF8.GetString(silent.Body.Span), StringComparison.Ordinal);

        await upstream.DisposeAsync();
        var gone = await backend.PostAsync("{}"u8.ToArray(), PostMode.Commit, CancellationToken.None);
        Assert.Equal(502, gone.Status);
        Assert.DoesNotContain("127.0.0.1", Encoding.UTF8.GetString(gone.Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Dialect.BigchainDb)]
    [InlineData(Dialect.CometBft038)]
    public async Task A_poster_who_leaves_ends_the_waiting(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        using var leaves = new CancellationTokenSource();
        upstream.FaultOf = _ =>
        {
            leaves.Cancel();
            return Fault.Silence;
        };
        var backend = Upstreams.Create(upstream.Options, TimeProvider.System)!;
        using var disposal = (IDisposable)backend;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backend.PostAsync("{}"u8.ToArray(), PostMode.Commit, leaves.Token));
    }
}
