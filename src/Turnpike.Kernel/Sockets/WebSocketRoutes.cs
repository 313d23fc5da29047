using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace Turnpike.Kernel.Sockets;

/// <summary>A path pattern, the ports it is for, and who answers there.</summary>
internal sealed class WebSocketRoute(string pattern, IWebSocketEndpoint endpoint, Func<int, bool>? port)
{
    private readonly TemplateMatcher _matcher = new(TemplateParser.Parse(pattern), []);

    public IWebSocketEndpoint Endpoint => endpoint;

    public bool HasPort(int localPort) => port is null || port(localPort);

    /// <summary>Matches a path that is decoded already: the conversion from a string would decode it a second time.</summary>
    public bool TryMatch(string path, int localPort, RouteValueDictionary values) =>
        HasPort(localPort) && path.StartsWith('/') && _matcher.TryMatch(new PathString(path), values);
}

/// <summary>The paths that are WebSockets. Filled at composition time by <c>MapWebSocket</c>.</summary>
internal sealed class WebSocketRoutes
{
    private readonly Lock _lock = new();
    private WebSocketRoute[] _routes = [];

    /// <summary>Adds a route.</summary>
    public void Add(WebSocketRoute route)
    {
        lock (_lock) _routes = [.. _routes, route];
    }

    /// <summary>The first route that matches, with what its pattern found.</summary>
    public (WebSocketRoute Route, RouteValueDictionary Values)? Find(string path, int localPort)
    {
        foreach (var route in Volatile.Read(ref _routes))
        {
            var values = new RouteValueDictionary();
            if (route.TryMatch(path, localPort, values)) return (route, values);
        }
        return null;
    }
}
