using System.Globalization;
using System.Text;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Storage;

/// <summary>
/// PostgreSQL's text search, with the words that FTS5 would find: what they are is decided here, as PostgreSQL's own parser sees
/// addresses and paths in them. Marks are taken off and stems made by the functions of the migration.
/// </summary>
internal sealed class PostgresTextIndex : TextIndex
{
    /// <summary>Of a longer word the beginning counts, in the index and in searches; PostgreSQL ignores words from 2 kB on.</summary>
    private const int MaxWord = 200;

    /// <summary>What PostgreSQL takes for one text is 1 MiB; words behind that are not indexed.</summary>
    private const int MaxIndexBytes = 1_000_000;

    /// <summary>Beside its letters, a word takes its place and its number; one that looks like 1e5x becomes two.</summary>
    private const int BytesPerWord = 12;

    /// <summary>A letter that is none of ASCII's becomes up to three, of three bytes, when its marks are parted from it.</summary>
    private const int BytesPerLetter = 9;

    /// <inheritdoc/>
    public override string Search(string table) =>
        $"""
        SELECT t.position, t.body
        FROM (SELECT position, ts_rank(words, match) AS score FROM {table}, pm_match($1) AS match
              WHERE words @@ match ORDER BY score DESC, position DESC LIMIT $2) best
        JOIN pm_tx t ON t.position = best.position ORDER BY best.score DESC, best.position DESC
        """;

    /// <inheritdoc/>
    public override string Match(SearchTerms terms) => Combine(terms, static text => $"'{Words(text)}'", (" & ", " | ", " & !"));

    /// <inheritdoc/>
    public override void Write(Work work, string table, IReadOnlyList<(long Position, string Text)> texts)
    {
        foreach (var (position, text) in texts)
            work.Write($"INSERT INTO {table} (position, words) VALUES ($1, pm_index($2))", position, Words(text));
    }

    /// <summary>The words in small letters, with one space between: letters, digits and their marks, and nothing else.</summary>
    internal static string Words(string text)
    {
        var words = new StringBuilder(Math.Min(text.Length, MaxIndexBytes));
        var (left, word) = (MaxIndexBytes, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInWord(rune, isBegun: word > 0))
            {
                word = 0;
                continue;
            }

            if (word++ == 0)
            {
                left -= BytesPerWord;
                if (words.Length > 0) words.Append(' ');
            }

            left -= rune.IsAscii ? 1 : BytesPerLetter;
            if (left < 0) break;
            if (word <= MaxWord) words.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        return words.ToString();
    }

    private static bool IsInWord(Rune rune, bool isBegun) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.PrivateUse => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => isBegun,
        _ => false,
    };
}
