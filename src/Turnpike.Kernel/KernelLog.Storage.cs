using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel;

/// <summary>What the store and the feed tell the operator: 1000 to 1299.</summary>
internal static partial class KernelLog
{
    [LoggerMessage(1000, LogLevel.Information, "The store {Place} is open; {Events} events so far")]
    public static partial void DatabaseOpen(this ILogger logger, string place, long events);

    [LoggerMessage(1001, LogLevel.Information, "Migration {Module}/{Migration} is applied")]
    public static partial void MigrationApplied(this ILogger logger, string module, string migration);

    [LoggerMessage(1002, LogLevel.Error, "A work violated a constraint that it had not announced; it was undone")]
    public static partial void ViolationUnannounced(this ILogger logger, Exception exception);

    [LoggerMessage(1003, LogLevel.Error, "A batch of {Works} works was undone as a whole; their callers may try again")]
    public static partial void BatchLost(this ILogger logger, int works, Exception exception);

    [LoggerMessage(1004, LogLevel.Critical, "The store has stopped; the process must be started anew")]
    public static partial void StoreStopped(this ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Information, "The store {Place} is closed")]
    public static partial void DatabaseClosed(this ILogger logger, string place);

    [LoggerMessage(1006, LogLevel.Debug, "A work is run again ({Reason}) after attempt {Attempt}")]
    public static partial void WorkRetried(this ILogger logger, string reason, int attempt, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "The database does not say yet what became of a commit; it is asked again")]
    public static partial void OutcomeAskedAgain(this ILogger logger, Exception exception);

    [LoggerMessage(1008, LogLevel.Warning, "Rows of works long done could not be deleted; that is tried again")]
    public static partial void OutcomesNotDeleted(this ILogger logger, Exception exception);

    [LoggerMessage(1050, LogLevel.Information, "This node has the lease {Lease} (token {Token})")]
    public static partial void LeaseTaken(this ILogger logger, string lease, long token);

    [LoggerMessage(1051, LogLevel.Warning, "This node has lost the lease {Lease} (token {Token}); what ran under it has ended")]
    public static partial void LeaseLost(this ILogger logger, string lease, long token);

    [LoggerMessage(1052, LogLevel.Warning, "The lease {Lease} could not be renewed; it is tried again until it ends")]
    public static partial void LeaseNotRenewed(this ILogger logger, string lease, Exception exception);

    [LoggerMessage(1053, LogLevel.Warning, "The lease {Lease} cannot be asked for; it is tried again until the store answers")]
    public static partial void LeaseNotAsked(this ILogger logger, string lease, Exception exception);

    [LoggerMessage(1054, LogLevel.Warning, "The lease {Lease} was not released; another node has it when its time is over")]
    public static partial void LeaseNotReleased(this ILogger logger, string lease, Exception exception);

    [LoggerMessage(1100, LogLevel.Error, "A subscriber of {Topic} failed at event {Position}; it goes on with the next")]
    public static partial void HandlerFailed(this ILogger logger, string topic, long position, Exception exception);

    [LoggerMessage(1101, LogLevel.Warning, "The feed could not read events after {Position}; it tries again")]
    public static partial void FeedReadFailed(this ILogger logger, long position, Exception exception);

    [LoggerMessage(1102, LogLevel.Debug,
        "A subscriber of {Topic} is behind the events held in memory; it reads on after {Position} from the table")]
    public static partial void HandlerBehind(this ILogger logger, string topic, long position);

    [LoggerMessage(1103, LogLevel.Warning, "Events could not be deleted; retention tries again")]
    public static partial void RetentionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1105, LogLevel.Error,
        "A subscriber of {Topic} could not start anew after the feed lost its place; it gets no events until it can, and is asked again")]
    public static partial void HandlerKeepsPlace(this ILogger logger, string topic, Exception exception);

    [LoggerMessage(1106, LogLevel.Warning, "The connection that {Purpose} failed; there will be another in {Milliseconds} ms")]
    public static partial void SessionLost(this ILogger logger, string purpose, double milliseconds, Exception exception);

    [LoggerMessage(1107, LogLevel.Warning,
        "A session holds its position in the events for long: number {Position} has been missing for {Milliseconds} ms")]
    public static partial void FenceStands(this ILogger logger, long position, double milliseconds);

    [LoggerMessage(1108, LogLevel.Error, "This node lost its place in the events at {Lost}: it was away for longer than they are kept, or "
        + "the database has lost commits. It begins anew after {Position} and closes its sockets")]
    public static partial void PlaceLost(this ILogger logger, long lost, long position);

    [LoggerMessage(1104, LogLevel.Debug, "{Count} events of {Topic} are deleted, up to {Position}")]
    public static partial void EventsDeleted(this ILogger logger, string topic, long count, long position);
}
