using System.Diagnostics.CodeAnalysis;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// The row that is being read. Valid only inside the function that maps it; columns count from 0, in the order of the SELECT.
/// </summary>
/// <remarks>A column of another type than asked for, and a NULL where none is asked for, is an error of ours and throws.</remarks>
[SuppressMessage("Naming", "CA1720", Justification = "The width is the point: it is what the column must hold.")]
public abstract class SqlRow
{
    private protected SqlRow() { }

    /// <summary>True if the column is NULL.</summary>
    public abstract bool IsNull(int column);

    /// <summary>A 64-bit integer.</summary>
    /// <exception cref="InvalidCastException">The column holds something else.</exception>
    public abstract long Int64(int column);

    /// <summary>A 64-bit integer that must fit into 32 bits.</summary>
    /// <exception cref="InvalidCastException">The column holds something else.</exception>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public int Int32(int column) => checked((int)Int64(column));

    /// <summary>Text, with every character that was written, U+0000 included.</summary>
    /// <exception cref="InvalidCastException">The column holds something else.</exception>
    public abstract string Text(int column);

    /// <summary>Text as UTF-8, in place: for what is parsed or sent on at once.</summary>
    /// <returns>Valid only until the mapping function returns.</returns>
    /// <exception cref="InvalidCastException">The column holds something else.</exception>
    public abstract ReadOnlySpan<byte> Utf8(int column);

    /// <summary>A copy of the column's bytes.</summary>
    /// <exception cref="InvalidCastException">The column holds something else.</exception>
    public abstract byte[] Bytes(int column);

    /// <summary>Copies the column's bytes into a place of exactly their length, such as a hash.</summary>
    /// <exception cref="InvalidCastException">The column holds something else, or another number of bytes.</exception>
    public abstract void CopyBytes(int column, Span<byte> destination);
}
