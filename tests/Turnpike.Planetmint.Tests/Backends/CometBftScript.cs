using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Turnpike.Planetmint.Tests.Backends;

/// <summary>The RPC of Tendermint 0.31 and 0.34 and CometBFT 0.38: the same calls, other shapes.</summary>
internal sealed class CometBftScript(ScriptedUpstream upstream) : IDialectScript
{
    private bool IsOld => upstream.Dialect == Dialect.Tendermint031;

    public bool AnswersSubscription => true;

    public bool CanBeLate(HttpRequest request) => request.Path.Value is "/block" or "/block_results";

    // A whole block in the event: longer than what a listener keeps.
    public IEnumerable<string> Events(ScriptedBlock block) =>
        [Result($$$"""{"pad":"{{{new string('x', 9000)}}}","data":{"value":{"block":{{{Block(block)}}} } } }""")];

    public async Task ServeAsync(HttpContext context, bool notYet)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var (status, body) = upstream.OnPost(context.Request.Path, await reader.ReadToEndAsync());
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
            return;
        }

        var height = long.Parse((string?)context.Request.Query["height"] ?? "0", CultureInfo.InvariantCulture);
        var found = notYet ? null : upstream.Chain.Find(height);
        var answer = context.Request.Path.Value switch
        {
            "/status" => Result($$$"""{"sync_info":{"latest_block_height":"{{{upstream.Chain.Head}}}","catching_up":false} }"""),
            "/block" when found is not null => Result(WriteBlock(found)),
            "/block_results" when found is not null => Result(WriteResults(found)),
            "/block_results" => Error($"could not find results for height #{height}"),
            _ => Error($"height {height} must be less than or equal to the current blockchain height {upstream.Chain.Head}"),
        };
        if (found is null && height > 0 && !IsOld) context.Response.StatusCode = 500; // versions differ in the status of an error
        await context.Response.WriteAsync(answer);
    }

    private static string Result(string json) => $$"""{"jsonrpc":"2.0","id":-1,"result":{{json}}}""";

    private static string Error(string data) =>
        $$$"""{"jsonrpc":"2.0","id":-1,"error":{"code":-32603,"message":"Internal error","data":"{{{data}}}"} }""";

    private string WriteBlock(ScriptedBlock block)
    {
        var id = $$"""{"hash":"{{block.Hash.ToUpperInvariant()}}","parts":{"total":1,"hash":"00"} }""";
        return IsOld
            ? $$$"""{"block_meta":{"block_id":{{{id}}},"header":{}},"block":{{{Block(block)}}} }"""
            : $$$"""{"block_id":{{{id}}},"block":{{{Block(block)}}} }""";
    }

    private static string Block(ScriptedBlock block)
    {
        var txs = block.Transactions.Count == 0
            ? "null"
            : $"[{string.Join(',', block.Transactions.Select(t => $"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(t.Json))}\""))}]";
        return $$$"""
            {"header":{"chain_id":"test","height":"{{{block.Height}}}","app_hash":"AB",
                       "last_block_id":{"hash":"{{{block.ParentHash.ToUpperInvariant()}}}"} },
             "data":{"txs":{{{txs}}}},"last_commit":null}
            """;
    }

    private string WriteResults(ScriptedBlock block)
    {
        var codes = block.Transactions.Select(t => IsOld && t.Code == 0 ? "{}" : $$"""{"code":{{t.Code}},"data":null,"log":""}""");
        var results = block.Transactions.Count == 0 ? "null" : $"[{string.Join(',', codes)}]";
        return IsOld
            ? $$$"""{"height":"{{{block.Height}}}","results":{"DeliverTx":{{{results}}},"EndBlock":{},"BeginBlock":{} } }"""
            : $$$"""{"height":"{{{block.Height}}}","txs_results":{{{results}}},"begin_block_events":null}""";
    }
}
