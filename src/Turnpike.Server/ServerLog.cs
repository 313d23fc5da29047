namespace Turnpike.Server;

/// <summary>What the host tells its operator. Event ids 7000.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(7001, LogLevel.Information, "Turnpike {Version} starts; data in {Data}; systems: {Systems}; dev endpoints {Dev}")]
    public static partial void Starting(this ILogger logger, string version, string data, string systems, string dev);

    [LoggerMessage(7002, LogLevel.Information, "Turnpike is ready on {Main}; streams on {Streams}")]
    public static partial void Ready(this ILogger logger, string main, string streams);

    [LoggerMessage(7003, LogLevel.Information, "Turnpike ends: no new requests, at most {Seconds} s for what is under way")]
    public static partial void Stopping(this ILogger logger, int seconds);

    [LoggerMessage(7004, LogLevel.Information, "Turnpike has ended in order after {Milliseconds} ms")]
    public static partial void Stopped(this ILogger logger, long milliseconds);

    [LoggerMessage(7005, LogLevel.Information, "A new seed was made in {File}; a backup is this file and the database")]
    public static partial void SeedMade(this ILogger logger, string file);

    [LoggerMessage(7010, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(7011, LogLevel.Debug, "{Method} {Path} was refused by the HTTP layer: {Reason}")]
    public static partial void BadRequest(this ILogger logger, string method, string path, string reason);

    [LoggerMessage(7020, LogLevel.Warning, "An observable instrument threw; its value is missing from /metrics")]
    public static partial void GaugeFailed(this ILogger logger, Exception exception);

    [LoggerMessage(7021, LogLevel.Warning, "{Instrument} of {Meter} is not in /metrics: {Name} is the name of another kind of instrument")]
    public static partial void InstrumentLeftOut(this ILogger logger, string instrument, string meter, string name);

    [LoggerMessage(7030, LogLevel.Critical, "{Service} ended unexpectedly; the server stops")]
    public static partial void ServiceFailed(this ILogger logger, Exception? exception, string service);

    [LoggerMessage(7040, LogLevel.Warning, "The file of the admin token cannot be written, so /admin is closed: {Reason}")]
    public static partial void AdminClosed(this ILogger logger, string reason);
}
