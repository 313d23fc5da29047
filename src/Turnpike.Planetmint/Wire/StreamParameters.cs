using System.Globalization;
using Microsoft.Extensions.Primitives;
using Turnpike.Kernel;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>The two streams.</summary>
public enum StreamKind
{
    /// <summary><c>valid_transactions</c>.</summary>
    Transactions,

    /// <summary><c>valid_blocks</c>.</summary>
    Blocks,
}

/// <summary>What a subscriber asks for.</summary>
/// <remarks>planetmint.md 2.3.</remarks>
public sealed record StreamParameters
{
    /// <summary>So many values of one parameter are taken.</summary>
    public const int MaxValues = 100;

    private static readonly string[] s_names =
        ["public_key", "involves", "asset_id", "operation", "from_height", "after", "include", "dialect", "caught_up"];

    /// <summary>The stream.</summary>
    public required StreamKind Kind { get; init; }

    /// <summary>Which events.</summary>
    public StreamFilter Filter { get; init; } = StreamFilter.None;

    /// <summary>First replay every event of this height and above; null without.</summary>
    public long? FromHeight { get; init; }

    /// <summary>On <see cref="StreamKind.Transactions"/>: first replay what follows this transaction; null without.</summary>
    public TransactionId? AfterTransaction { get; init; }

    /// <summary>On <see cref="StreamKind.Blocks"/>: first replay what follows this height; null without.</summary>
    public long? AfterHeight { get; init; }

    /// <summary>Whether events carry the transaction.</summary>
    public bool IncludeTransaction { get; init; }

    /// <summary>How events of <see cref="StreamKind.Transactions"/> are written.</summary>
    public StreamDialect Dialect { get; init; }

    /// <summary>Whether to say when the replay has reached the head.</summary>
    public bool CaughtUp { get; init; }

    /// <summary>Reads the query of a subscription.</summary>
    /// <param name="kind">Which stream.</param>
    /// <param name="query">The query, decoded.</param>
    /// <param name="lastEventId">The header <c>Last-Event-ID</c>, if there is one: it wins over <c>after</c> and
    /// <c>from_height</c>.</param>
    /// <returns>The parameters; or what is wrong with them, status 400.</returns>
    public static Result<StreamParameters> Read(
        StreamKind kind, IEnumerable<KeyValuePair<string, StringValues>> query, string? lastEventId = null)
    {
        var values = new Parameters(query);
        values.AllowOnly(s_names);
        var fromHeight = values.Number("from_height");
        var afterTransaction = kind == StreamKind.Transactions ? values.Id("after") : null;
        var afterHeight = kind == StreamKind.Blocks ? values.Number("after") : null;
        if (fromHeight is not null && values.Text("after") is not null) values.Fail(PlanetmintErrors.TwoStartingPoints);
        var parameters = new StreamParameters
        {
            Kind = kind,
            Filter = new StreamFilter(
                values.Keys("public_key"), values.Keys("involves"), values.Ids("asset_id"), values.Operations("operation")),
            FromHeight = fromHeight,
            AfterTransaction = afterTransaction,
            AfterHeight = afterHeight,
            IncludeTransaction = values.Word("include", false, "Must be \"transaction\"", ("transaction", true)),
            Dialect = values.Word("dialect", StreamDialect.Standard, "Must be \"planetmint2\"", ("planetmint2", StreamDialect.Planetmint2)),
            CaughtUp = values.Flag("caught_up") ?? false,
        };
        if (values.Error is { } error) return error;
        return string.IsNullOrEmpty(lastEventId) ? parameters : parameters.After(lastEventId);
    }

    private Result<StreamParameters> After(string lastEventId)
    {
        if (Kind == StreamKind.Transactions)
        {
            return TransactionId.TryParse(lastEventId, out var id)
                ? this with { FromHeight = null, AfterTransaction = id }
                : PlanetmintErrors.InvalidParameter("Last-Event-ID", "Invalid hash");
        }

        return long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? this with { FromHeight = null, AfterHeight = height }
            : PlanetmintErrors.InvalidParameter("Last-Event-ID", "Must be a whole number, 0 or larger");
    }
}
