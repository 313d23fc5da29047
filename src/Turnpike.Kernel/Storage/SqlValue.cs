using System.Runtime.InteropServices;

namespace Turnpike.Kernel.Storage;

/// <summary>What a value is in the store.</summary>
internal enum SqlKind : byte
{
    Null,
    Integer,
    Text,
    Blob,
}

/// <summary>A value that goes into a statement: nothing, a 64-bit integer, text or bytes. The default is SQL's NULL.</summary>
/// <remarks>Bytes are not copied; they must not change until the work that wrote them is done.</remarks>
public readonly struct SqlValue
{
    private readonly object? _content;
    private readonly long _bits;

    private SqlValue(SqlKind kind, object? content, long bits)
    {
        Kind = kind;
        _content = content;
        _bits = bits;
    }

    /// <summary>SQL's NULL.</summary>
    public static SqlValue Null => default;

    /// <summary>An unsigned amount or height; the stores' integers have a sign and would take the largest for −1.</summary>
    /// <exception cref="OverflowException">The value is above 2⁶³ − 1.</exception>
    public static SqlValue Checked(ulong value) => checked((long)value);

    /// <summary>A copy of the bytes; for what lives on the stack or in a struct.</summary>
    public static SqlValue Copy(ReadOnlySpan<byte> bytes) => bytes.ToArray();

    internal SqlKind Kind { get; }

    internal long Integer => _bits;

    internal string Text => (string)_content!;

    internal ReadOnlySpan<byte> Bytes => Memory.Span;

    internal ReadOnlyMemory<byte> Memory => ((byte[])_content!).AsMemory((int)(_bits >> 32), (int)(_bits & 0xffff_ffff));

    /// <summary>A 64-bit integer.</summary>
    public static implicit operator SqlValue(long value) => new(SqlKind.Integer, null, value);

    /// <summary>A 64-bit integer.</summary>
    public static implicit operator SqlValue(int value) => new(SqlKind.Integer, null, value);

    /// <summary>A 64-bit integer, or NULL.</summary>
    public static implicit operator SqlValue(long? value) => value is { } number ? number : default(SqlValue);

    /// <summary>
    /// Text, stored as UTF-8; may hold U+0000. A null reference is NULL. Half a surrogate pair is refused when it is bound.
    /// </summary>
    public static implicit operator SqlValue(string? value) => value is null ? default : new(SqlKind.Text, value, 0);

    /// <summary>Bytes, maybe none. A null reference is NULL.</summary>
    public static implicit operator SqlValue(byte[]? value) => value is null ? default : new(SqlKind.Blob, value, value.Length);

    /// <summary>Bytes, maybe none; never NULL.</summary>
    public static implicit operator SqlValue(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Array is { } array
            ? new SqlValue(SqlKind.Blob, array, ((long)segment.Offset << 32) | (uint)segment.Count)
            : value.ToArray();
}
