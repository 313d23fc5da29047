using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Turnpike.Kernel.Sockets;

/// <summary>How a host gets sockets: services, one line per listener, one per path.</summary>
public static class SocketServices
{
    /// <summary>
    /// Adds sockets and the <see cref="Hub"/>. Options: <c>Turnpike:Sockets</c>. Time is the registered <see cref="TimeProvider"/>, or
    /// the system's.
    /// </summary>
    public static IServiceCollection AddTurnpikeSockets(this IServiceCollection services)
    {
        services.AddRouting();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SocketOptions>()
            .BindConfiguration("Turnpike:Sockets", binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SocketOptions>, SocketOptionsValidator>();
        services.AddSingleton(provider => new SocketMetrics(provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton(provider => new SocketServer(
            provider.GetRequiredService<IOptions<SocketOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<SocketMetrics>(),
            provider.GetRequiredService<ILogger<SocketServer>>()));
        services.AddSingleton(provider => new SocketGate(provider.GetRequiredService<SocketServer>()));
        services.AddSingleton(provider => new HttpSockets(provider.GetRequiredService<SocketGate>()));
        services.AddSingleton(_ => new WebSocketRoutes());
        services.AddSingleton(provider => new Hub(provider.GetRequiredService<SocketServer>()));
        services.AddHostedService(provider => new SocketKeeper(provider.GetRequiredService<SocketServer>()));
        return services;
    }

    /// <summary>
    /// Adds a limit of requests by client address, for routes that say <c>RequireRateLimiting(policy)</c>; the host has
    /// <c>UseRateLimiter</c>. The answer is 429 with <c>Retry-After</c>.
    /// </summary>
    /// <param name="services">The host's, with sockets.</param>
    /// <param name="policy">The limit's name: <c>protocol</c> or <c>protocol/part</c>. Each counts by itself.</param>
    /// <param name="perMinute">
    /// Requests of one address (IPv6: one /64) in a minute, on average; 0 for no limit. This machine has none.
    /// </param>
    /// <param name="refuse">Writes the protocol's body.</param>
    public static IServiceCollection AddRequestLimit(
        this IServiceCollection services, string policy, Func<IServiceProvider, int> perMinute, Func<HttpContext, Task> refuse)
    {
        services.AddRateLimiter(static _ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IServiceProvider>(
            (limits, provider) => limits.AddPolicy(policy, new RequestLimit(perMinute(provider), refuse)));
        return services;
    }

    /// <summary>
    /// Takes WebSockets on this listener before the HTTP layer. After <c>UseHttps</c>, if that is used; the listener becomes HTTP/1.1.
    /// </summary>
    public static ListenOptions UseTurnpikeSockets(this ListenOptions listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        listener.Protocols = HttpProtocols.Http1;
        var gate = listener.ApplicationServices.GetRequiredService<SocketGate>();
        var routes = listener.ApplicationServices.GetRequiredService<WebSocketRoutes>();
        listener.Use(next => new SocketMiddleware(next, gate, routes).OnConnectionAsync);
        return listener;
    }

    /// <summary>Makes a path a WebSocket: for the connection middleware, and for what reaches the HTTP layer.</summary>
    /// <param name="endpoints">Where routes go.</param>
    /// <param name="pattern">A route pattern: <c>/ws/{channelID}</c>. Constraints are not applied.</param>
    /// <param name="endpoint">Who answers handshakes.</param>
    /// <param name="port">Which local ports it is on; null for all. Others answer 404.</param>
    /// <param name="plain">What answers a GET that is no upgrade; null for 426.</param>
    public static IEndpointConventionBuilder MapWebSocket(this IEndpointRouteBuilder endpoints, string pattern, IWebSocketEndpoint endpoint,
        Func<int, bool>? port = null, RequestDelegate? plain = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var route = new WebSocketRoute(pattern, endpoint, port);
        endpoints.ServiceProvider.GetRequiredService<WebSocketRoutes>().Add(route);
        var sockets = endpoints.ServiceProvider.GetRequiredService<HttpSockets>();
        return endpoints.MapMethods(pattern, [HttpMethods.Get], http => sockets.HandleAsync(http, route, plain));
    }
}
