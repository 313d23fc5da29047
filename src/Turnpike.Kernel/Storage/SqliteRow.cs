using System.Text;
using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>The current row of a statement on SQLite.</summary>
internal sealed class SqliteRow(sqlite3_stmt statement, string sql) : SqlRow
{
    public override bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public override long Int64(int column)
    {
        Require(column, raw.SQLITE_INTEGER);
        return raw.sqlite3_column_int64(statement, column);
    }

    public override string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    // column_blob, not column_text: the latter ends at the first NUL.
    public override ReadOnlySpan<byte> Utf8(int column)
    {
        Require(column, raw.SQLITE_TEXT);
        return raw.sqlite3_column_blob(statement, column);
    }

    public override byte[] Bytes(int column)
    {
        Require(column, raw.SQLITE_BLOB);
        return raw.sqlite3_column_blob(statement, column).ToArray();
    }

    public override void CopyBytes(int column, Span<byte> destination)
    {
        Require(column, raw.SQLITE_BLOB);
        var bytes = raw.sqlite3_column_blob(statement, column);
        if (bytes.Length != destination.Length)
            throw new InvalidCastException($"Column {column} has {bytes.Length} bytes, not {destination.Length}: {sql}");
        bytes.CopyTo(destination);
    }

    private void Require(int column, int type)
    {
        if (raw.sqlite3_column_type(statement, column) != type)
            throw new InvalidCastException($"Column {column} is of type {raw.sqlite3_column_type(statement, column)}, not {type}: {sql}");
    }
}
