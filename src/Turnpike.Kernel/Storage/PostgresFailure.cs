using System.Net.Sockets;
using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>What PostgreSQL answered to a statement, or that it did not answer. Who ran the statement turns it into a sentence.</summary>
/// <param name="cause">What Npgsql threw.</param>
/// <param name="sql">The statement, as far as it is known.</param>
internal sealed class PostgresFailure(Exception cause, string sql) : StorageException(Sentence(cause, sql), cause)
{
    /// <summary>The SQLSTATE; null if there was no answer.</summary>
    public string? Code => (InnerException as PostgresException)?.SqlState;

    /// <summary>PostgreSQL's own words, or the network's.</summary>
    public string Reason => InnerException switch
    {
        PostgresException answer => answer.MessageText,
        { InnerException: { } within } => within.Message,
        _ => InnerException!.Message,
    };

    /// <summary>
    /// True if the server said that the statement, and so its transaction, is undone. FATAL does not say that: a session ended just after
    /// its COMMIT answers 57P01, and the work is there.
    /// </summary>
    public bool IsUndone => InnerException is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>True if a constraint was violated.</summary>
    public bool IsViolation => IsUndone && Code!.StartsWith("23", StringComparison.Ordinal);

    /// <summary>True if a work's lease was another's: what <c>lease_fence</c> raises.</summary>
    public bool IsLeaseLost => IsUndone && Code == "TP001";

    /// <summary>True if there is no connection any more, or there was none.</summary>
    public bool IsLost => !IsUndone && !IsTimeout;

    /// <summary>Why the same work is to be run again, as a metric's tag; null if it is not.</summary>
    public string? Retry => (Code, IsLost) switch
    {
        ("40001", _) => "serialization",
        ("40P01", _) => "deadlock",
        ("55P03", _) => "lock_timeout",
        (_, true) => "connection",
        _ => null,
    };

    private bool IsTimeout => InnerException is NpgsqlException { InnerException: TimeoutException };

    /// <summary>True for what Npgsql throws when the database or the way to it is the cause.</summary>
    public static bool IsCause(Exception exception) => exception is NpgsqlException or IOException or SocketException or TimeoutException;

    /// <summary>The sentence for a failure after which nothing of the transaction is committed; null if it is not of the machine.</summary>
    public StorageUnavailableException? AsUnavailable() => Code switch
    {
        "25006" => new("The database takes no writes: it is a standby, or set to read-only.", this),
        "40001" or "40P01" or "55P03" => new($"Other works were in the way each time it was tried ({Reason}); try again.", this),
        "57014" => new($"PostgreSQL ended the statement ({Reason}). Nothing of this was committed.", this),
        "53100" => new("The database's disk is full. Nothing was lost; the server goes on as soon as there is room.", this),
        ['5', '3', ..] => new($"The database is at its limits ({Reason}, {Code}). Nothing of this was committed.", this),
        ['5', '7', 'P', ..] or ['0', '8', ..] => new($"The database is not available ({Reason}, {Code}).", this),
        ['5', '8', ..] or ['X', 'X', ..] => new($"The database failed ({Reason}, {Code}). Nothing of this was committed.", this),
        _ when IsTimeout => new("The database did not answer in time. Nothing of this was committed.", this),
        _ when IsLost => new($"The database is not available ({Reason}).", this),
        _ => null,
    };

    private static string Sentence(Exception cause, string sql) => cause is PostgresException answer
        ? $"PostgreSQL answered {answer.SqlState} ({answer.MessageText}) to: {sql}"
        : $"PostgreSQL did not answer ({cause.Message}) to: {sql}";
}
