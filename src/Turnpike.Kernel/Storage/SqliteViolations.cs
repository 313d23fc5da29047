using SQLitePCL;

namespace Turnpike.Kernel.Storage;

/// <summary>Finds what a violated constraint means, in SQLite's words.</summary>
internal static class SqliteViolations
{
    private const string Unique = "UNIQUE constraint failed: ";
    private const string Check = "CHECK constraint failed: ";

    /// <summary>The error that the write was queued with for this violation; null if it announced another, or none.</summary>
    public static ProtocolError? Find(SqliteFailure failure, in QueuedWrite write)
    {
        if (Matches(failure, write.Violates.Constraint)) return write.Violates.Error;
        foreach (var (constraint, error) in write.ViolatesOneOf ?? [])
        {
            if (Matches(failure, constraint)) return error;
        }

        return null;
    }

    private static bool Matches(SqliteFailure failure, Constraint? constraint) => constraint is not null && failure.Code switch
    {
        raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_ROWID =>
            constraint.Columns.Length > 0 && failure.Reason.StartsWith(Unique, StringComparison.Ordinal)
            && failure.Reason[Unique.Length..].Split(", ").ToHashSet()
                .SetEquals(constraint.Columns.Select(column => $"{constraint.Table}.{column}")),
        raw.SQLITE_CONSTRAINT_CHECK => failure.Reason == Check + constraint.Name,
        raw.SQLITE_CONSTRAINT_FOREIGNKEY => constraint.IsForeignKey,
        _ => false,
    };
}
