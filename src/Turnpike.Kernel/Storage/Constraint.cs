namespace Turnpike.Kernel.Storage;

/// <summary>
/// A constraint that a work may run into, by meaning. SQLite tells a unique key by its table and columns, a CHECK by its name and
/// nothing of a foreign key; PostgreSQL tells each by its name. So a constraint has both, and its name is written in the migration.
/// </summary>
/// <param name="Table">The table that is written.</param>
/// <param name="Name">The constraint's name, as <c>CONSTRAINT name …</c> in the migration.</param>
/// <param name="Columns">The unique key's columns; none for a CHECK or a foreign key.</param>
public sealed record Constraint(string Table, string Name, params string[] Columns)
{
    /// <summary>True for a foreign key. SQLite does not say which was violated, so a write announces at most one.</summary>
    public bool IsForeignKey { get; init; }
}
