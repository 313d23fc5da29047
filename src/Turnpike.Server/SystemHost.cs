using Turnpike.Server.Hosting;

namespace Turnpike.Server;

/// <summary>What a system is mapped into.</summary>
/// <param name="App">Where its endpoints go.</param>
/// <param name="Dev">Whether dev endpoints (faucets and the like) are wanted.</param>
/// <param name="Listeners">The listeners; their ports are known once the server has started.</param>
internal sealed record SystemHost(WebApplication App, bool Dev, Listeners Listeners)
{
    /// <summary>The real port of event streams, for addresses that are told to clients. Known when requests come.</summary>
    public int StreamPort => Listeners.StreamPort;

    /// <summary>True for the ports that serve everything: the filter of sockets that are no event streams.</summary>
    public bool IsMainPort(int localPort) => !Listeners.IsStreamPort(localPort);
}
