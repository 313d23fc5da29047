using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Turnpike.Soak;

/// <summary>Ports that a server keeps over its restarts. Not drawn with the seed: soaks side by side would draw the same.</summary>
internal static class Ports
{
    private static readonly ConcurrentDictionary<int, bool> s_given = [];

    /// <summary>A port below those that the system hands out: a client that reconnects to a free one of those may meet itself.</summary>
    public static int Free()
    {
        for (; ; )
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 30_000);
            if (!s_given.TryAdd(port, true)) continue;
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another, then.
            }
        }
    }
}
