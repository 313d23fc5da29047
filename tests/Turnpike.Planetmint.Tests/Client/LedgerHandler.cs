using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Planetmint.Tests.Client;

/// <summary>A node in memory behind an HTTP client: the real rules over dictionaries, one block for each transaction.</summary>
internal sealed class LedgerHandler : HttpMessageHandler
{
    private readonly HashSet<TransactionId> _ids = [];
    private readonly Dictionary<OutputRef, StoredOutput> _outputs = [];
    private readonly HashSet<OutputRef> _spent = [];

    /// <summary>What is committed, in order.</summary>
    public List<Transaction> Chain { get; } = [];

    /// <summary>Path and query of each request, in order.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>If set, answers instead of the node.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request.RequestUri!.PathAndQuery);
        if (Instead?.Invoke(request) is { } answer) return answer;
        var path = request.RequestUri.AbsolutePath["/api/v1/".Length..];
        var query = Query(request.RequestUri);
        return (path.Split('/'), request.Method.Method) switch
        {
            (["transactions"], "POST") => Post(await request.Content!.ReadAsByteArrayAsync(cancellationToken)),
            (["transactions", var id], "GET") => Find(id) is { } found ? Json(200, Text(found)) : NotFound(),
            (["transactions"], "GET") => Json(200, $"[{string.Join(',', Transactions(query).Select(Text))}]"),
            (["outputs"], "GET") => Json(200, JsonSerializer.Serialize(Outputs(query))),
            (["blocks", "latest"], "GET") => BlockAt(Chain.Count),
            (["blocks", var height], "GET") => BlockAt(int.Parse(height, CultureInfo.InvariantCulture)),
            (["blocks"], "GET") => Json(200, Find(query["transaction_id"]) is { } mined ? $"[{Chain.IndexOf(mined) + 1}]" : "[]"),
            (["assets"], "GET") => Json(200, $$"""[{"data":{"n":1e-05,"q":"{{query["search"]}}"},"id":"{{Chain[0].Id}}"}]"""),
            (["metadata"], "GET") => Json(200, $$"""[{"metadata":null,"id":"{{Chain[0].Id}}"}]"""),
            _ => NotFound(),
        };
    }

    public static HttpResponseMessage Json(int status, string body) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static string Text(Transaction transaction) => Encoding.UTF8.GetString(transaction.CanonicalBody.Span);

    private static HttpResponseMessage NotFound() => Json(404, """{"message":"Not found","status":404}""");

    private static Dictionary<string, string> Query(Uri uri) => uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));

    private HttpResponseMessage Post(byte[] body)
    {
        if (!TransactionJson.Read(body).TryGet(out var candidate, out var error)) return Refuse(error.Message);
        var decision = Block.Decide(new BlockState(_ids, _outputs, _spent), [candidate]);
        if (decision.Errors[0] is { } refusal) return Refuse(refusal.Message);
        var transaction = candidate.Transaction;
        Chain.Add(transaction);
        _ids.Add(transaction.Id);
        for (var i = 0; i < transaction.Outputs.Count; i++)
            _outputs.Add(transaction.Output(i), transaction.Outputs[i].ToStored(transaction.AssetId));
        foreach (var input in transaction.Inputs)
        {
            if (input.Fulfills is { } output) _spent.Add(output);
        }
        return Json(202, Text(transaction));

        static HttpResponseMessage Refuse(string text) => Json(400, JsonSerializer.Serialize(new { message = text, status = 400 }));
    }

    private Transaction? Find(string id) => Chain.Find(t => t.Id.ToString() == id);

    private HttpResponseMessage BlockAt(int height) => height > Chain.Count
        ? NotFound()
        : Json(200, $$"""{"height":{{height}},"transactions":[{{(height == 0 ? "" : Text(Chain[height - 1]))}}]}""");

    private IEnumerable<Transaction> Transactions(Dictionary<string, string> query)
    {
        var found = Page(Chain, t => t, query).Where(t => t.AssetId.ToString() == query["asset_id"]
            && t.OperationName == query.GetValueOrDefault("operation", t.OperationName));
        return query.ContainsKey("last_tx") ? found.TakeLast(1) : Limit(found, query);
    }

    private IEnumerable<object> Outputs(Dictionary<string, string> query)
    {
        var all = Chain.SelectMany(t => t.Outputs.Index().Select(o => (Maker: t, o.Index, Output: o.Item)));
        var found = Page(all, o => o.Maker, query).Where(o => o.Output.Keys.Any(k => k.ToString() == query["public_key"])
            && (!query.TryGetValue("spent", out var spent) || _spent.Contains(o.Maker.Output(o.Index)) == (spent == "true")));
        return Limit(found, query).Select(o => (object)new
        {
            transaction_id = o.Maker.Id.ToString(),
            output_index = o.Index,
            amount = o.Output.Amount.ToString(CultureInfo.InvariantCulture),
            asset_id = o.Maker.AssetId.ToString(),
        });
    }

    /// <summary>What follows the transaction <c>after</c>.</summary>
    private IEnumerable<T> Page<T>(IEnumerable<T> all, Func<T, Transaction> maker, Dictionary<string, string> query)
    {
        if (!query.TryGetValue("after", out var after)) return all;
        var place = Chain.FindIndex(t => t.Id.ToString() == after);
        return all.Where(t => Chain.IndexOf(maker(t)) > place);
    }

    private static IEnumerable<T> Limit<T>(IEnumerable<T> found, Dictionary<string, string> query) =>
        query.TryGetValue("limit", out var limit) ? found.Take(int.Parse(limit, CultureInfo.InvariantCulture)) : found;
}
