using Microsoft.Extensions.Logging;

namespace Turnpike.Planetmint;

/// <summary>What this node tells its operator. Event ids 6000 to 6999; the upstream's from 6100 on.</summary>
internal static partial class PlanetmintLog
{
    [LoggerMessage(6001, LogLevel.Error, "A block violated a constraint under the head's lock, a bug; its transactions go one by one")]
    public static partial void BlockViolatedConstraint(this ILogger logger, Exception exception);

    [LoggerMessage(6002, LogLevel.Error, "A block of {Count} transactions was not committed")]
    public static partial void BlockFailed(this ILogger logger, Exception exception, int count);

    [LoggerMessage(6003, LogLevel.Information, "The chain is at height {Height}")]
    public static partial void ChainOpened(this ILogger logger, long height);

    [LoggerMessage(6004, LogLevel.Warning, "The block after height {Height} could not be read for the streams; that is tried again")]
    public static partial void BlockNotRead(this ILogger logger, Exception exception, long height);
}
