using Microsoft.Extensions.Logging;

namespace Turnpike.Planetmint.Backends;

/// <summary>What following an upstream tells the operator. Event ids 6400 to 6449.</summary>
internal static partial class UpstreamLog
{
    [LoggerMessage(6400, LogLevel.Information, "Following the upstream from height {Height}")]
    public static partial void Following(this ILogger logger, long height);

    [LoggerMessage(6401, LogLevel.Warning, "Following waits and tries again: {Problem}")]
    public static partial void FollowingFails(this ILogger logger, string problem);

    [LoggerMessage(6402, LogLevel.Error, "Following fails on our side and tries again")]
    public static partial void FollowingFailsHere(this ILogger logger, Exception failure);

    [LoggerMessage(6403, LogLevel.Critical, "Following has stopped: {Problem}")]
    public static partial void FollowingStopped(this ILogger logger, string problem);

    [LoggerMessage(6404, LogLevel.Debug, "No wake-up socket, polling: {Problem}")]
    public static partial void NotListening(this ILogger logger, string problem);
}
