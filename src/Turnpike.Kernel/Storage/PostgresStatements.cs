using System.Collections.Concurrent;
using System.Globalization;

namespace Turnpike.Kernel.Storage;

/// <summary>The texts that PostgreSQL gets: those of the caller, and those made of them for many keys or rows at once.</summary>
internal sealed class PostgresStatements(int maxKept)
{
    private readonly ConcurrentDictionary<string, PostgresText> _texts = new();
    private readonly ConcurrentDictionary<(string Sql, string Types), string> _forKeys = new();
    private readonly ConcurrentDictionary<(string Table, string[] Columns, string Types), string> _forRows = new();

    /// <summary>Looks whether a text and a number of values go together.</summary>
    /// <exception cref="ArgumentException">They do not, or the text is not one statement with $1, $2, ….</exception>
    public void Require(string sql, int args)
    {
        var text = Text(sql);
        if (text.Parameters != args) throw new ArgumentException($"{args} values for {text.Parameters} parameters: {sql}", nameof(args));
    }

    /// <summary>A SELECT for one key, as one for arrays of keys: the rows of each key in the statement's own order.</summary>
    public string ForKeys(string sql, PostgresColumns keys) =>
        Kept(_forKeys, (sql, keys.Types), static (key, state) => MakeForKeys(state.Text, state.Keys), (Text: Text(sql), Keys: keys));

    /// <summary>An INSERT of rows that come as an array for each column.</summary>
    public string ForRows(string table, string[] columns, PostgresColumns rows) =>
        Kept(_forRows, (table, columns, rows.Types), static (key, rows) => MakeForRows(key.Item1, key.Item2, rows), rows);

    private PostgresText Text(string sql) => Kept(_texts, sql, static (key, _) => PostgresText.Parse(key), 0);

    private static string MakeForKeys(PostgresText text, PostgresColumns keys)
    {
        var names = string.Join(", ", keys.Given.Select(i => Name("k", i)).Append("o"));
        var one = text.With(number => keys.IsGiven(number - 1) ? "turnpike_key." + Name("k", number - 1) : "NULL");
        return $"""
            SELECT turnpike_rows.* FROM {keys.Unnested} WITH ORDINALITY AS turnpike_key({names})
            CROSS JOIN LATERAL (SELECT turnpike_one.*, row_number() OVER () AS turnpike_row FROM ({one}) AS turnpike_one) AS turnpike_rows
            ORDER BY turnpike_key.o, turnpike_rows.turnpike_row
            """;
    }

    private static string MakeForRows(string table, string[] columns, PostgresColumns rows)
    {
        var names = string.Join(", ", rows.Given.Select(i => Name("c", i)).DefaultIfEmpty("o"));
        var values = string.Join(", ", columns.Select((_, i) => rows.IsGiven(i) ? Name("c", i) : "NULL"));
        return $"INSERT INTO {table} ({string.Join(", ", columns)}) SELECT {values} FROM {rows.Unnested} AS turnpike_row({names})";
    }

    private static string Name(string prefix, int column) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{column + 1}");

    // Texts are constants, so the bound is for callers whose texts are not.
    private TValue Kept<TKey, TState, TValue>(
        ConcurrentDictionary<TKey, TValue> kept, TKey key, Func<TKey, TState, TValue> make, TState state) where TKey : notnull
    {
        if (kept.TryGetValue(key, out var value)) return value;
        if (kept.Count >= maxKept) kept.Clear();
        return kept.GetOrAdd(key, make, state);
    }
}
