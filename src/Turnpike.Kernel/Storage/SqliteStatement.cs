using System.Buffers;
using System.Globalization;
using System.Text;
using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>A compiled statement, used again and again on its connection.</summary>
internal sealed class SqliteStatement : IDisposable
{
    // A lone surrogate would be stored as U+FFFD without a word: refused instead.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly int[] _argOf;      // by SQLite's parameter index − 1: $1, $2 are names there, numbered by first appearance
    private readonly int _argCount;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Sql = sql;
        var code = raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement, out var tail);
        if (code != raw.SQLITE_OK) throw Failure(code);
        if (!string.IsNullOrWhiteSpace(tail)) throw new ArgumentException($"More than one statement: {sql}", nameof(sql));
        _argOf = new int[raw.sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _argOf.Length; i++)
        {
            var name = raw.sqlite3_bind_parameter_name(_statement, i + 1).utf8_to_string();
            if (name is not ['$', ..] || !int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new ArgumentException($"A parameter other than $1, $2, …: {sql}", nameof(sql));
            _argOf[i] = number - 1;
            _argCount = Math.Max(_argCount, number);
        }

        Row = new SqliteRow(_statement, sql);
    }

    public string Sql { get; }

    /// <summary>The row that <see cref="Step"/> came to.</summary>
    public SqliteRow Row { get; }

    /// <summary>True between being taken and given back: a mapping function must not run the statement that it maps for.</summary>
    public bool InUse { get; set; }

    /// <summary>When it was last taken, on the connection's own count.</summary>
    public long LastUse { get; set; }

    public void Bind(ReadOnlySpan<SqlValue> args)
    {
        if (args.Length != _argCount) throw new ArgumentException($"{args.Length} values for {_argCount} parameters: {Sql}", nameof(args));
        for (var i = 0; i < _argOf.Length; i++) Bind(i + 1, in args[_argOf[i]]);
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False if there is none.</returns>
    /// <exception cref="SqliteFailure">The statement failed.</exception>
    public bool Step() => TryStep() switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw Failure(code),
    };

    /// <summary>Goes to the next row, and tells SQLite's result code.</summary>
    public int TryStep() => raw.sqlite3_step(_statement);

    /// <summary>The failure that the last call told with <paramref name="code"/>.</summary>
    public SqliteFailure Failure(int code) => new(code, raw.sqlite3_errmsg(_connection).utf8_to_string(), Sql);

    public void Reset()
    {
        // Repeats the code of the failed step, which has been seen.
        _ = raw.sqlite3_reset(_statement);
        InUse = false;
    }

    public void Dispose() => _statement.Dispose();

    private void Bind(int index, in SqlValue value)
    {
        var code = value.Kind switch
        {
            SqlKind.Null => raw.sqlite3_bind_null(_statement, index),
            SqlKind.Integer => raw.sqlite3_bind_int64(_statement, index, value.Integer),
            SqlKind.Text => BindText(index, value.Text),
            // An empty span has no address, and no address is NULL.
            _ when value.Bytes.IsEmpty => raw.sqlite3_bind_zeroblob(_statement, index, 0),
            _ => raw.sqlite3_bind_blob(_statement, index, value.Bytes),
        };
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    private int BindText(int index, string text)
    {
        if (text.Length == 0) return raw.sqlite3_bind_text(_statement, index, "");
        var size = Utf8.GetMaxByteCount(text.Length);
        if (size <= 512)
        {
            Span<byte> small = stackalloc byte[512];
            return raw.sqlite3_bind_text(_statement, index, small[..Utf8.GetBytes(text, small)]);
        }

        var large = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            return raw.sqlite3_bind_text(_statement, index, large.AsSpan(0, Utf8.GetBytes(text, large)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(large);
        }
    }
}
