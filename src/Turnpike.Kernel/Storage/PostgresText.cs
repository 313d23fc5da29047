using System.Globalization;
using System.Text;

namespace Turnpike.Kernel.Storage;

/// <summary>A statement's text, looked through once: that it is one statement, and where its parameters are.</summary>
internal sealed class PostgresText
{
    private readonly string _sql;
    private readonly List<(int Start, int End, int Number)> _parameters = [];

    private PostgresText(string sql) => _sql = sql;

    /// <summary>How many values it takes: the highest of $1, $2, ….</summary>
    public int Parameters { get; private set; }

    /// <exception cref="ArgumentException">It is more than one statement, or has parameters of another kind.</exception>
    public static PostgresText Parse(string sql)
    {
        var text = new PostgresText(sql);
        for (var i = 0; i < sql.Length; i++)
        {
            switch (sql[i])
            {
                // A doubled quote within is the end of one literal and the begin of the next, which is as good.
                case '\'' or '"':
                    i = sql.IndexOf(sql[i], i + 1);
                    if (i < 0) throw new ArgumentException($"A quotation without an end: {sql}", nameof(sql));
                    break;
                case '-' when i + 1 < sql.Length && sql[i + 1] == '-':
                    i = sql.IndexOf('\n', i);
                    if (i < 0) return text;
                    break;
                case ';' when !string.IsNullOrWhiteSpace(sql[(i + 1)..]):
                    throw new ArgumentException($"More than one statement: {sql}", nameof(sql));
                case '?':
                    throw new ArgumentException($"A parameter other than $1, $2, …: {sql}", nameof(sql));
                case '$':
                    i = text.AddParameter(i) - 1;
                    break;
            }
        }

        return text;
    }

    /// <summary>The text with something else in place of each parameter.</summary>
    public string With(Func<int, string> parameter)
    {
        var result = new StringBuilder();
        var copied = 0;
        foreach (var (start, end, number) in _parameters)
        {
            result.Append(_sql, copied, start - copied).Append(parameter(number));
            copied = end;
        }

        return result.Append(_sql, copied, _sql.Length - copied).ToString();
    }

    private int AddParameter(int start)
    {
        var end = start + 1;
        while (end < _sql.Length && char.IsAsciiDigit(_sql[end])) end++;
        if (!int.TryParse(_sql.AsSpan(start + 1, end - start - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1) throw new ArgumentException($"A parameter other than $1, $2, …: {_sql}");
        _parameters.Add((start, end, number));
        Parameters = Math.Max(Parameters, number);
        return end;
    }
}
