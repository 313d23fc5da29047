using System.Text;

namespace Turnpike.Planetmint.Domain;

/// <summary>A text search, taken apart: any of the words, all of the phrases, none of the excluded.</summary>
/// <param name="Words">Alternatives.</param>
/// <param name="Phrases">Each must occur.</param>
/// <param name="Excluded">Words and phrases that must not occur.</param>
/// <remarks>planetmint.md 3, <c>Search</c>: the language of MongoDB's text index.</remarks>
public sealed record SearchTerms(IReadOnlyList<string> Words, IReadOnlyList<string> Phrases, IReadOnlyList<string> Excluded)
{
    /// <summary>True if nothing can match: there is no word and no phrase, only exclusions or punctuation.</summary>
    public bool IsEmpty => Words.Count == 0 && Phrases.Count == 0;

    /// <summary>Takes a search apart. Every text has a meaning; a quote that is not closed ends with the text.</summary>
    /// <param name="text">What the user wrote.</param>
    public static SearchTerms Parse(string text)
    {
        List<string> words = [], phrases = [], excluded = [];
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var isExcluded = text[at] == '-' && at + 1 < text.Length && !char.IsWhiteSpace(text[at + 1]);
            if (isExcluded) at++;
            var isPhrase = text[at] == '"';
            var term = isPhrase ? TakePhrase(text, ref at) : TakeWord(text, ref at);
            if (!term.EnumerateRunes().Any(Rune.IsLetterOrDigit)) continue;
            (isExcluded ? excluded : isPhrase ? phrases : words).Add(term);
        }

        return new SearchTerms(words, phrases, excluded);
    }

    private static string TakePhrase(string text, ref int at)
    {
        var start = at + 1;
        var end = text.IndexOf('"', start);
        at = end < 0 ? text.Length : end + 1;
        return text[start..(end < 0 ? text.Length : end)];
    }

    private static string TakeWord(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] != '"') at++;
        return text[start..at];
    }
}
