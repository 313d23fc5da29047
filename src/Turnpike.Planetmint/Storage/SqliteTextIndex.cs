using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>FTS5: words without marks, English stems (Porter), ranked by BM25.</summary>
internal sealed class SqliteTextIndex : TextIndex
{
    private static readonly string[] s_columns = ["rowid", "words"];

    /// <inheritdoc/>
    public override string Search(string table) =>
        $"""
        SELECT t.position, t.body
        FROM (SELECT rowid AS position, bm25({table}) AS score FROM {table}
              WHERE {table} MATCH $1 ORDER BY score, rowid DESC LIMIT $2) best
        JOIN pm_tx t ON t.position = best.position ORDER BY best.score, best.position DESC
        """;

    /// <inheritdoc/>
    public override string Match(SearchTerms terms) => Combine(terms, Quote, (" AND ", " OR ", " NOT "));

    /// <inheritdoc/>
    public override void Write(Work work, string table, IReadOnlyList<(long Position, string Text)> texts) =>
        work.WriteMany(table, s_columns, [.. texts.Select(t => (SqlValue[])[t.Position, t.Text])]);

    /// <summary>A zero would end FTS5's text within the quotes; it separates words like any character that is in none.</summary>
    private static string Quote(string words) =>
        $"\"{words.Replace("\"", "\"\"", StringComparison.Ordinal).Replace('\0', ' ')}\"";
}
