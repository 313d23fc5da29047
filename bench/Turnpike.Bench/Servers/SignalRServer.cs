using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Turnpike.Bench.Servers;

/// <summary>The peer with a hub of its own: ASP.NET Core SignalR, JSON protocol, <c>Clients.All.SendAsync</c>.</summary>
/// <remarks>Handed over means: the task of <c>Clients.All.SendAsync</c> is completed; up to 64 of them are under way.</remarks>
internal sealed class SignalRServer(IHubContext<SignalRServer.Events> hub) : IFanout
{
    private readonly Queue<Task> _pending = new();

    public static async Task RunAsync()
    {
        var builder = WebHost.Builder();
        builder.Services.AddSignalR(options =>
        {
            options.KeepAliveInterval = TimeSpan.FromHours(1);       // its pings would be counted as events
            options.ClientTimeoutInterval = TimeSpan.FromHours(2);   // the load client sends none
        });
        var app = builder.Build();
        app.MapHub<Events>("/events", options => options.Transports = HttpTransportType.WebSockets);
        var server = new SignalRServer(app.Services.GetRequiredService<IHubContext<Events>>());
        await Publisher.RunAsync(await WebHost.StartAsync(app), server);
    }

    public ValueTask PublishAsync(IReadOnlyList<long> block)
    {
        foreach (var number in block) _pending.Enqueue(hub.Clients.All.SendAsync("event", FanoutEvent.Number(number)));
        return ValueTask.CompletedTask;
    }

    public async ValueTask HandedOverAsync(int ahead)
    {
        while (_pending.Count > ahead) await _pending.Dequeue();
    }

    internal sealed class Events : Hub;
}
