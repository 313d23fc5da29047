namespace Turnpike.Kernel.Storage;

/// <summary>
/// What can be read from within a work or a snapshot. SQL has parameters <c>$1, $2, …</c> and is written so that SQLite and PostgreSQL
/// both take it. On SQLite every read is complete when it returns; nothing else may be awaited where a <see cref="Reads"/> is at hand.
/// </summary>
public abstract class Reads
{
    private protected Reads() { }

    /// <summary>Whose SQL is spoken, for the few statements that one text cannot serve.</summary>
    public abstract SqlDialect Dialect { get; }

    /// <summary>Reads the first row.</summary>
    /// <param name="sql">One SELECT; a constant text, as its compiled form is kept.</param>
    /// <param name="map">Makes the value from the row; reads nothing else.</param>
    /// <param name="args">The values of <c>$1, $2, …</c>.</param>
    /// <returns>The value, or <c>default</c> if there is no row: where T is a struct, ask for <c>T?</c>.</returns>
    /// <exception cref="StorageException">The statement failed; for ever or for now, see there.</exception>
    public abstract ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args);

    /// <summary>Reads all rows, in the statement's order. The statement has a LIMIT, or its table is small.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    /// <returns>The values; empty if there is no row.</returns>
    public abstract ValueTask<IReadOnlyList<T>> ReadListAsync<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<SqlValue> args);

    /// <summary>Reads the rows of many keys, in one round trip where there are round trips.</summary>
    /// <param name="sql">One SELECT, written for one key: its <c>$1, $2, …</c> are that key's values.</param>
    /// <param name="keys">The keys; all with the same number of values.</param>
    /// <param name="map">Makes the value from the row; reads nothing else.</param>
    /// <returns>The rows of the first key, then those of the second, …; a key may have none or several.</returns>
    /// <exception cref="StorageException">The statement failed; for ever or for now, see there.</exception>
    public abstract ValueTask<IReadOnlyList<T>> ReadManyAsync<T>(string sql, IReadOnlyList<SqlValue[]> keys, Func<SqlRow, T> map);
}
