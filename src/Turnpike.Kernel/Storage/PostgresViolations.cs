using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>Finds what a violated constraint means: PostgreSQL tells each by its name.</summary>
internal static class PostgresViolations
{
    /// <summary>The error that the write was queued with for this violation; null if it announced another, or none.</summary>
    public static ProtocolError? Find(PostgresFailure failure, in QueuedWrite write)
    {
        var name = ((PostgresException)failure.InnerException!).ConstraintName;
        if (write.Violates.Constraint?.Name == name) return write.Violates.Error;
        foreach (var (constraint, error) in write.ViolatesOneOf ?? [])
        {
            if (constraint.Name == name) return error;
        }

        return null;
    }
}
