using System.Net;

namespace Turnpike.Kernel.Sockets;

/// <summary>Whose word is taken for a client's address and scheme.</summary>
/// <param name="networks">Addresses or networks, as in the options.</param>
internal sealed class TrustedProxies(IEnumerable<string> networks)
{
    private readonly IPNetwork[] _networks = [.. networks.Select(text => TryParse(text, out var network)
        ? network
        : throw new ArgumentException($"'{text}' is neither an address nor a network."))];

    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network)) return true;
        if (!IPAddress.TryParse(text, out var address)) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    public bool Trusts(IPAddress address)
    {
        foreach (var network in _networks)
            if (network.Contains(address)) return true;
        return false;
    }

    /// <summary>
    /// The client's address: the nearest in the list that is not a trusted proxy. What stands before it anyone may have written.
    /// </summary>
    /// <param name="peer">Who is connected to us.</param>
    /// <param name="forwardedFor">X-Forwarded-For as it came; null if absent.</param>
    public IPAddress ClientOf(IPAddress peer, string? forwardedFor)
    {
        var client = Plain(peer);
        if (forwardedFor is null) return client;
        var hops = forwardedFor.Split(',');
        for (var i = hops.Length - 1; i >= 0 && Trusts(client); i--)
        {
            if (!TryParseHop(hops[i].Trim(), out var hop)) break;
            client = Plain(hop);
        }
        return client;
    }

    /// <summary>An IPv4 address in IPv6's clothes, as a dual listener shows it, is that IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool TryParseHop(string text, out IPAddress address)
    {
        if (IPAddress.TryParse(text, out address!)) return true;
        if (!IPEndPoint.TryParse(text, out var endPoint)) return false;      // some proxies add the port
        address = endPoint.Address;
        return true;
    }
}
