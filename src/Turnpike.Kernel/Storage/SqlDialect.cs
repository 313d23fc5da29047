namespace Turnpike.Kernel.Storage;

/// <summary>
/// Whose SQL a store speaks. One text serves both nearly everywhere; who needs what only one of them has (text search) asks
/// <see cref="Reads.Dialect"/>.
/// </summary>
public enum SqlDialect
{
    /// <summary>SQLite: embedded, one process.</summary>
    Sqlite,

    /// <summary>PostgreSQL: any number of nodes.</summary>
    Postgres,
}
