using Microsoft.Extensions.Primitives;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary><c>GET /transactions?asset_id=…</c>.</summary>
/// <param name="AssetIds">One, or several of <c>asset_ids</c>.</param>
/// <param name="Operation">Only this one; null: both.</param>
/// <param name="LastOnly">Only the newest that matches.</param>
/// <param name="Limit">At most so many; null: all.</param>
/// <param name="After">Only what follows this one.</param>
public sealed record TransactionsQuery(
    IReadOnlyList<TransactionId> AssetIds, Operation? Operation, bool LastOnly, int? Limit, TransactionId? After);

/// <summary><c>GET /outputs?public_key=…</c>.</summary>
/// <param name="PublicKey">Anywhere in the condition.</param>
/// <param name="Spent">Only spent, or only unspent ones; null: both.</param>
/// <param name="Limit">At most so many; null: all.</param>
/// <param name="After">Only outputs of transactions that follow this one.</param>
/// <param name="Detail">Whether amount and asset are told, too.</param>
public sealed record OutputsQuery(OwnerKey PublicKey, bool? Spent, int? Limit, TransactionId? After, bool Detail);

/// <summary><c>GET /assets?search=…</c> and <c>GET /metadata?search=…</c>.</summary>
/// <param name="Search">What the user typed; never a query of the store.</param>
/// <param name="Limit">1 to <see cref="RequestParameters.MaxSearchLimit"/>.</param>
public sealed record SearchQuery(string Search, int Limit);

/// <summary>Reads the parameters of the HTTP requests.</summary>
/// <remarks>planetmint.md 3. Errors have status 400 and the node's texts; <see cref="ErrorJson"/> writes them.</remarks>
public static class RequestParameters
{
    /// <summary>At most so many hits of a search.</summary>
    public const int MaxSearchLimit = 1000;

    /// <summary><c>POST /transactions?mode=</c>; async without.</summary>
    /// <param name="query">The query, decoded.</param>
    public static Result<PostMode> ReadMode(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Parameters(query);
        var mode = values.Word(
            "mode", PostMode.Async, "Mode must be \"async\", \"sync\" or \"commit\"",
            ("async", PostMode.Async), ("sync", PostMode.Sync), ("commit", PostMode.Commit));
        return Answer(values, mode);
    }

    /// <summary><c>GET /transactions</c>; unknown parameters are passed over, as the node does.</summary>
    /// <param name="query">The query, decoded.</param>
    public static Result<TransactionsQuery> ReadTransactions(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Parameters(query);
        var ids = values.Text("asset_ids") is null ? [values.RequiredId("asset_id")] : values.Ids("asset_ids");
        return Answer(values, new TransactionsQuery(
            [.. ids.Distinct()], values.Operation("operation"), values.Flag("last_tx") ?? false, Limit(values), values.Id("after")));
    }

    /// <summary><c>GET /outputs</c>.</summary>
    /// <param name="query">The query, decoded.</param>
    public static Result<OutputsQuery> ReadOutputs(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Parameters(query);
        values.AllowOnly("public_key", "spent", "limit", "after", "detail");
        return Answer(values, new OutputsQuery(
            values.RequiredKey("public_key"), values.Flag("spent"), Limit(values), values.Id("after"), values.Flag("detail") ?? false));
    }

    /// <summary><c>GET /blocks?transaction_id=</c>.</summary>
    /// <param name="query">The query, decoded.</param>
    public static Result<TransactionId> ReadBlocks(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Parameters(query);
        values.AllowOnly("transaction_id");
        return Answer(values, values.RequiredId("transaction_id"));
    }

    /// <summary><c>GET /assets</c> and <c>GET /metadata</c>; a limit of 0 is none, and none is <see cref="MaxSearchLimit"/>.</summary>
    /// <param name="query">The query, decoded.</param>
    public static Result<SearchQuery> ReadSearch(IEnumerable<KeyValuePair<string, StringValues>> query)
    {
        var values = new Parameters(query);
        if (values.IsEmpty("search")) values.Fail(PlanetmintErrors.EmptySearch);
        var search = values.RequiredText("search");
        return Answer(values, new SearchQuery(search, Math.Min(Limit(values) ?? MaxSearchLimit, MaxSearchLimit)));
    }

    private static int? Limit(Parameters values) => values.Number("limit") is > 0 and var limit ? (int)Math.Min(limit, int.MaxValue) : null;

    private static Result<T> Answer<T>(Parameters values, T answer) => values.Error is { } error ? error : answer;
}
