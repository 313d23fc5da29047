using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Turnpike.Planetmint.Tests.Backends;

/// <summary>The HTTP API of BigchainDB 2.2.2, or that of Planetmint 2 with ids in its blocks.</summary>
internal sealed class NodeScript(ScriptedUpstream upstream) : IDialectScript
{
    private bool IsPlanetmint => upstream.Dialect == Dialect.Planetmint2;

    public bool AnswersSubscription => false;

    // BigchainDB cannot be asked for its head: a block that was there and is not means that its history is another.
    public bool CanBeLate(HttpRequest request) => IsPlanetmint && request.Path.Value!.Contains("/blocks/", StringComparison.Ordinal)
        && !request.Path.Value.EndsWith("latest", StringComparison.Ordinal);

    public IEnumerable<string> Events(ScriptedBlock block) => IsPlanetmint
        ? [$$"""{"height":{{block.Height}},"hash":"{{block.Hash}}","transaction_ids":[]}"""]
        : block.Counting.Select(t => $$"""{"height": {{block.Height}}, "asset_id": "{{t.Id}}", "transaction_id": "{{t.Id}}"}""");

    public async Task ServeAsync(HttpContext context, bool notYet)
    {
        var (status, body) = HttpMethods.IsPost(context.Request.Method) ? await PostAsync(context.Request) : Get(context.Request, notYet);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }

    private async Task<(int, string)> PostAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return upstream.OnPost(request.Path + request.QueryString, await reader.ReadToEndAsync());
    }

    private (int, string) Get(HttpRequest request, bool notYet)
    {
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var found = notYet ? null : parts switch
        {
            ["api", "v1"] => Root(),
            ["api", "v1", "blocks", "latest"] =>
                IsPlanetmint && upstream.Chain.Find(upstream.Chain.Head) is { } block ? Write(block) : null,
            ["api", "v1", "blocks", var height] =>
                upstream.Chain.Find(long.Parse(height, CultureInfo.InvariantCulture)) is { } block ? Write(block) : null,
            ["api", "v1", "transactions", var id] => upstream.Chain.FindTransaction(id)?.Json + "\n",
            _ => null,
        };
        return found is null or "\n" ? (404, """{"message":"Not found","status":404}""") : (200, found);
    }

    private string Root()
    {
        var socket = upstream.Advertised ?? upstream.Url.Replace("http://", "ws://", StringComparison.Ordinal);
        var blocks = IsPlanetmint ? $$""","streamedblocks":"{{socket}}/api/v1/streams/valid_blocks" """ : "";
        return $$"""{"assets":"/assets/","streams":"{{socket}}/api/v1/streams/valid_transactions"{{blocks}}}""";
    }

    private string Write(ScriptedBlock block) => IsPlanetmint
        ? $$"""
            {"app_hash": "{{block.Hash.ToUpperInvariant()}}", "height": {{block.Height}},
             "transaction_ids": [{{string.Join(", ", block.Counting.Select(t => $"\"{t.Id}\""))}}]}
            """
        : $$"""{"height": {{block.Height}}, "transactions": [{{string.Join(" , ", block.Counting.Select(t => t.Json))}}]}""";
}
