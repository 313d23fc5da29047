using System.Net;
using System.Net.Sockets;

namespace Turnpike.Soak;

/// <summary>Ports that a server keeps over its restarts.</summary>
internal static class Ports
{
    /// <summary>A port below those that the system hands out: a client that reconnects to a free one of those may meet itself.</summary>
    public static int Free(Dice dice)
    {
        for (; ; )
        {
            var port = 20_000 + dice.Next(10_000);
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
