using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>A full text index over a table of positions and words, in the language of the store that it is in.</summary>
internal abstract class TextIndex
{
    private static readonly TextIndex s_sqlite = new SqliteTextIndex();
    private static readonly TextIndex s_postgres = new PostgresTextIndex();

    /// <summary>The index of the store that is read or written.</summary>
    public static TextIndex Of(Reads reads) => reads.Dialect switch
    {
        SqlDialect.Sqlite => s_sqlite,
        SqlDialect.Postgres => s_postgres,
        var other => throw new ArgumentOutOfRangeException(nameof(reads), other, "A store whose text search is not known."),
    };

    /// <summary>The SELECT of position and body, best first, of equals the newest: $1 is the search, $2 how many at most.</summary>
    /// <param name="table">A constant.</param>
    /// <remarks>Ranks first and fetches the bodies of the best only: 60 % of the time with 77,000 matches, half with 23,000.</remarks>
    public abstract string Search(string table);

    /// <summary>The search in the store's language, in which nothing of what a user writes is an operator.</summary>
    public abstract string Match(SearchTerms terms);

    /// <summary>Queues the texts at their positions.</summary>
    /// <param name="work">The work.</param>
    /// <param name="table">A constant.</param>
    /// <param name="texts">Any text, U+0000 in it too.</param>
    public abstract void Write(Work work, string table, IReadOnlyList<(long Position, string Text)> texts);

    /// <summary>
    /// Any of the words, all of the phrases, none of the excluded. A phrase must occur, and what contains it contains its words: beside
    /// phrases, words choose nothing.
    /// </summary>
    protected static string Combine(SearchTerms terms, Func<string, string> quote, (string All, string Any, string Not) operators)
    {
        var wanted = terms.Phrases.Count > 0
            ? string.Join(operators.All, terms.Phrases.Select(quote))
            : string.Join(operators.Any, terms.Words.Select(quote));
        if (terms.Excluded.Count == 0) return wanted;
        return $"({wanted}){operators.Not}({string.Join(operators.Any, terms.Excluded.Select(quote))})";
    }
}
