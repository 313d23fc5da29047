using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>A connection and its compiled statements. Used by one thread at a time.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _handle;
    private readonly int _maxStatements;
    private readonly Dictionary<string, SqliteStatement> _statements = [];
    private long _uses;

    private SqliteConnection(sqlite3 handle, int maxStatements)
    {
        _handle = handle;
        _maxStatements = maxStatements;
    }

    /// <summary>False while a transaction is open. True after an error means that the error took the transaction along.</summary>
    public bool InAutocommit => raw.sqlite3_get_autocommit(_handle) != 0;

    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(_handle);

    /// <summary>Opens a file and waits up to 5 s whenever another process has it locked.</summary>
    /// <param name="file">The database file.</param>
    /// <param name="create">Makes the file if it does not exist.</param>
    /// <param name="maxStatements">Compiled statements to keep, at most.</param>
    /// <exception cref="SqliteFailure">It could not be opened.</exception>
    public static SqliteConnection Open(string file, bool create, int maxStatements)
    {
        SqliteLibrary.Require();
        // No mutex of SQLite's own: a connection has one user at a time.
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var code = raw.sqlite3_open_v2(file, out var handle, flags, null);
        if (code != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(handle).utf8_to_string();
            handle.Dispose();
            throw new SqliteFailure(code, message, $"open {file}");
        }

        _ = raw.sqlite3_extended_result_codes(handle, 1);
        _ = raw.sqlite3_busy_timeout(handle, 5000);
        return new(handle, maxStatements);
    }

    /// <summary>Runs one or more statements once, without keeping them.</summary>
    /// <exception cref="SqliteFailure">One failed.</exception>
    public void Script(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK) throw new SqliteFailure(code, raw.sqlite3_errmsg(_handle).utf8_to_string(), sql);
    }

    /// <summary>Runs a statement that returns no row.</summary>
    /// <exception cref="SqliteFailure">It failed.</exception>
    public void Execute(string sql, params ReadOnlySpan<SqlValue> args)
    {
        var code = TryExecute(sql, args, out var failure);
        if (code != raw.SQLITE_OK) throw failure!;
    }

    /// <summary>
    /// Runs a statement that returns no row, and tells SQLite's result code: a violated constraint is nothing exceptional.
    /// </summary>
    public int TryExecute(string sql, ReadOnlySpan<SqlValue> args, out SqliteFailure? failure)
    {
        failure = null;
        var statement = Take(sql);
        try
        {
            statement.Bind(args);
            var code = statement.TryStep();
            if (code == raw.SQLITE_DONE) return raw.SQLITE_OK;
            if (code == raw.SQLITE_ROW) throw new InvalidOperationException($"A write that returns rows: {sql}");
            failure = statement.Failure(code);
            return code;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The first row, or default.</summary>
    /// <exception cref="SqliteFailure">The statement failed.</exception>
    public T? First<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args)
    {
        var statement = Take(sql);
        try
        {
            statement.Bind(args);
            return statement.Step() ? map(statement.Row) : default;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Appends all rows to a list.</summary>
    /// <exception cref="SqliteFailure">The statement failed.</exception>
    public void List<T>(string sql, Func<SqlRow, T> map, ReadOnlySpan<SqlValue> args, List<T> rows)
    {
        var statement = Take(sql);
        try
        {
            statement.Bind(args);
            while (statement.Step()) rows.Add(map(statement.Row));
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Ends a long statement from another thread; only where losing it costs nothing, never on the writer's connection.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _statements.Clear();
        _handle.Dispose();
    }

    private SqliteStatement Take(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            if (_statements.Count >= _maxStatements) DropOldest();
            statement = new(_handle, sql);
            _statements.Add(sql, statement);
        }

        if (statement.InUse) throw new InvalidOperationException($"A mapping function runs the statement that it maps for: {sql}");
        statement.InUse = true;
        statement.LastUse = ++_uses;
        return statement;
    }

    private void DropOldest()
    {
        var oldest = _statements.Values.Where(s => !s.InUse).MinBy(s => s.LastUse);
        if (oldest is null) return;
        _statements.Remove(oldest.Sql);
        oldest.Dispose();
    }
}
