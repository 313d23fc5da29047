using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>The current row of a statement on PostgreSQL.</summary>
internal sealed class PostgresRow(NpgsqlDataReader reader, string sql) : SqlRow
{
    private const uint Bytea = 17;
    private const uint Name = 19;
    private const uint Int8 = 20;
    private const uint Int2 = 21;
    private const uint Int4 = 23;
    private const uint PlainText = 25;
    private const uint Varchar = 1043;

    public override bool IsNull(int column) => reader.IsDBNull(column);

    // Literals and lengths are 32 bits wide there. A sum of bigints is a numeric: the statement casts it.
    public override long Int64(int column) => reader.GetDataTypeOID(column) switch
    {
        Int8 => reader.GetInt64(column),
        Int4 => reader.GetInt32(column),
        Int2 => reader.GetInt16(column),
        _ => throw Other(column, "bigint"),
    };

    public override string Text(int column)
    {
        RequireText(column);
        return reader.GetString(column);
    }

    public override ReadOnlySpan<byte> Utf8(int column)
    {
        RequireText(column);
        // Npgsql hands out text as the UTF-8 that came, without a string on the way.
        return reader.GetFieldValue<byte[]>(column);
    }

    public override byte[] Bytes(int column)
    {
        if (reader.GetDataTypeOID(column) != Bytea) throw Other(column, "bytea");
        return reader.GetFieldValue<byte[]>(column);
    }

    public override void CopyBytes(int column, Span<byte> destination)
    {
        var bytes = Bytes(column);
        if (bytes.Length != destination.Length)
            throw new InvalidCastException($"Column {column} has {bytes.Length} bytes, not {destination.Length}: {sql}");
        bytes.CopyTo(destination);
    }

    private void RequireText(int column)
    {
        if (reader.GetDataTypeOID(column) is not (PlainText or Varchar or Name)) throw Other(column, "text");
    }

    private InvalidCastException Other(int column, string asked) =>
        new($"Column {column} is of type {reader.GetDataTypeName(column)}, not {asked}: {sql}");
}
