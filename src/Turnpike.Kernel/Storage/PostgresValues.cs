using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Turnpike.Kernel.Storage;

/// <summary>Values as PostgreSQL's parameters: integers are bigint, text is text, bytes are bytea, NULL has no type of its own.</summary>
internal static class PostgresValues
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Add(NpgsqlParameterCollection parameters, ReadOnlySpan<SqlValue> values)
    {
        foreach (ref readonly var value in values) Add(parameters, value);
    }

    public static void Add(NpgsqlParameterCollection parameters, in SqlValue value) => parameters.Add(value.Kind switch
    {
        SqlKind.Null => new NpgsqlParameter { Value = DBNull.Value },
        SqlKind.Integer => new NpgsqlParameter<long> { TypedValue = value.Integer, NpgsqlDbType = NpgsqlDbType.Bigint },
        SqlKind.Text => new NpgsqlParameter<string> { TypedValue = Text(value), NpgsqlDbType = NpgsqlDbType.Text },
        _ => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value.Memory, NpgsqlDbType = NpgsqlDbType.Bytea },
    });

    /// <summary>The value's text, as PostgreSQL can hold it.</summary>
    /// <exception cref="ArgumentException">It holds U+0000, which PostgreSQL has no place for, or half a surrogate pair.</exception>
    public static string Text(in SqlValue value)
    {
        var text = value.Text;
        if (text.Contains('\0')) throw new ArgumentException("U+0000 in a text; PostgreSQL takes it in bytes only.");
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0) _ = Utf8.GetByteCount(text);
        return text;
    }

    /// <summary>The value's bytes as an array of just these.</summary>
    public static byte[] Array(in SqlValue value) =>
        MemoryMarshal.TryGetArray(value.Memory, out var part) && part.Offset == 0 && part.Array!.Length == part.Count
            ? part.Array : value.Memory.ToArray();
}
