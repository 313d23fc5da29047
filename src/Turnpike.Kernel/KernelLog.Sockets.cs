using System.Net;
using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel;

/// <summary>The kernel's log messages; sockets have 1300 to 1599.</summary>
internal static partial class KernelLog
{
    [LoggerMessage(1300, LogLevel.Error, "Sending to a session failed; it was ended, the others go on")]
    public static partial void SendFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1301, LogLevel.Error, "A session's handler failed; the session is closed with 1011")]
    public static partial void SessionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1302, LogLevel.Debug, "Nothing came from {Address} for {Seconds} s; the connection is dropped")]
    public static partial void PeerDead(this ILogger logger, IPAddress address, double seconds);

    [LoggerMessage(1303, LogLevel.Debug, "Handshake from {Address} for {Path} refused: {Reason}")]
    public static partial void HandshakeRefused(this ILogger logger, IPAddress address, string path, string reason);

    [LoggerMessage(1304, LogLevel.Error, "The endpoint of {Path} failed in a handshake; answered with 500")]
    public static partial void HandshakeFailed(this ILogger logger, Exception exception, string path);

    [LoggerMessage(1305, LogLevel.Debug, "A connection from {Address} sent no request head within {Seconds} s; it is dropped")]
    public static partial void HeadTimedOut(this ILogger logger, EndPoint? address, double seconds);

    [LoggerMessage(1306, LogLevel.Information, "Closing {Count} sockets for the shutdown")]
    public static partial void Draining(this ILogger logger, int count);

    [LoggerMessage(1307, LogLevel.Information, "{Closed} sockets were closed in order; {Aborted} did not answer and were cut off")]
    public static partial void Drained(this ILogger logger, int closed, int aborted);

    [LoggerMessage(1308, LogLevel.Error, "Reading the log of topic {Topic} failed; a subscription is closed with 1011")]
    public static partial void ReplayFailed(this ILogger logger, Exception exception, string topic);

    [LoggerMessage(1309, LogLevel.Debug, "A reader of topic {Topic} is too slow: {Reason}; closed with 1013")]
    public static partial void SlowReader(this ILogger logger, string topic, string reason);

    [LoggerMessage(1311, LogLevel.Error, "An encoding of topic {Topic} failed; the sessions of its group are closed with 1011")]
    public static partial void EncodingFailed(this ILogger logger, Exception exception, string topic);

    [LoggerMessage(1310, LogLevel.Error, "Looking after the sockets failed this time")]
    public static partial void KeeperFailed(this ILogger logger, Exception exception);
}
