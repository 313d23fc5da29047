namespace Turnpike.Soak;

/// <summary>All our clients have one address and come at once: the limits that protect a server from such are set aside.</summary>
internal static class Limits
{
    /// <summary>Settings of a server for so many sockets of one address.</summary>
    public static Dictionary<string, string> For(int sockets) => new()
    {
        ["Turnpike:Sockets:MaxSockets"] = $"{sockets + 1000}",
        ["Turnpike:Sockets:MaxSocketsPerAddress"] = $"{sockets + 1000}",
        ["Turnpike:Sockets:HandshakesPerSecond"] = "100000",
        ["Turnpike:Sockets:HandshakeBurst"] = "100000",
    };
}
