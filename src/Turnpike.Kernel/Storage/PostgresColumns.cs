using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Turnpike.Kernel.Storage;

/// <summary>Rows of values, turned into an array for each column, as unnest takes them. A column of only NULL has no array.</summary>
internal sealed class PostgresColumns
{
    private readonly IReadOnlyList<SqlValue[]> _rows;
    private readonly char[] _types;

    /// <param name="rows">At least one; all with the same number of values.</param>
    /// <exception cref="ArgumentException">A column has values of two types.</exception>
    public PostgresColumns(IReadOnlyList<SqlValue[]> rows)
    {
        _rows = rows;
        _types = new char[rows[0].Length];
        for (var column = 0; column < _types.Length; column++) _types[column] = TypeOf(column);
        Types = new(_types);
    }

    /// <summary>A letter for each column: what texts made for these rows hang on.</summary>
    public string Types { get; }

    /// <summary>The columns that have an array.</summary>
    public IEnumerable<int> Given => Enumerable.Range(0, _types.Length).Where(IsGiven);

    /// <summary>The arrays as a table expression; where there are none, just so many rows.</summary>
    public string Unnested
    {
        get
        {
            var arrays = Given.Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}::{SqlType(column)}[]"));
            var list = string.Join(", ", arrays);
            return list.Length == 0 ? "generate_series(1, $1::bigint)" : $"unnest({list})";
        }
    }

    public bool IsGiven(int column) => _types[column] != '-';

    /// <summary>Adds the parameters of <see cref="Unnested"/>.</summary>
    public void AddTo(NpgsqlParameterCollection parameters)
    {
        foreach (var column in Given) parameters.Add(ArrayOf(column));
        if (parameters.Count == 0) PostgresValues.Add(parameters, _rows.Count);
    }

    private NpgsqlParameter ArrayOf(int column)
    {
        switch (_types[column])
        {
            case 'i':
                var numbers = new long?[_rows.Count];
                for (var i = 0; i < numbers.Length; i++) numbers[i] = IsNull(i, column) ? null : _rows[i][column].Integer;
                return new NpgsqlParameter<long?[]> { TypedValue = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
            case 't':
                var texts = new string?[_rows.Count];
                for (var i = 0; i < texts.Length; i++) texts[i] = IsNull(i, column) ? null : PostgresValues.Text(_rows[i][column]);
                return new NpgsqlParameter<string?[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
            default:
                var bytes = new byte[]?[_rows.Count];
                for (var i = 0; i < bytes.Length; i++) bytes[i] = IsNull(i, column) ? null : PostgresValues.Array(_rows[i][column]);
                return new NpgsqlParameter<byte[]?[]> { TypedValue = bytes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
        }
    }

    private bool IsNull(int row, int column) => _rows[row][column].Kind == SqlKind.Null;

    private string SqlType(int column) => _types[column] switch
    {
        'i' => "bigint",
        't' => "text",
        _ => "bytea",
    };

    private char TypeOf(int column)
    {
        var type = '-';
        foreach (var row in _rows)
        {
            if (row.Length != _types.Length) throw new ArgumentException("Rows with different numbers of values.");
            var letter = row[column].Kind switch
            {
                SqlKind.Null => type,
                SqlKind.Integer => 'i',
                SqlKind.Text => 't',
                _ => 'b',
            };
            if (type != '-' && letter != type) throw new ArgumentException($"Column {column} has values of two types.");
            type = letter;
        }

        return type;
    }
}
