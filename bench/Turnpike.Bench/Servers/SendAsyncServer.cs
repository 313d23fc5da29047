using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Turnpike.Bench.Servers;

/// <summary>The peer that any ASP.NET Core program can have: a loop of <c>WebSocket.SendAsync</c> over the subscribers.</summary>
/// <remarks>Handed over means: the tasks of SendAsync are completed (the bytes lie in the socket or in Kestrel's output pipe).</remarks>
internal sealed class SendAsyncServer : IFanout
{
    private readonly Lock _lock = new();
    private readonly List<WebSocket> _sockets = [];
    private readonly List<Task> _pending = [];

    public static async Task RunAsync()
    {
        var server = new SendAsyncServer();
        var app = WebHost.Builder().Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Map("/events", server.SubscribeAsync);
        await Publisher.RunAsync(await WebHost.StartAsync(app), server);
    }

    /// <summary>Subscriber by subscriber, each its block: twice the rate of event by event over all of them.</summary>
    public async ValueTask PublishAsync(IReadOnlyList<long> block)
    {
        byte[][] texts = [.. block.Select(FanoutEvent.Bytes)];
        foreach (var socket in _sockets)
        {
            var sending = SendAsync(socket, texts);
            if (!sending.IsCompletedSuccessfully) _pending.Add(sending.AsTask());
        }
        await Task.WhenAll(_pending);
        _pending.Clear();
    }

    public ValueTask HandedOverAsync(int ahead) => ValueTask.CompletedTask;      // PublishAsync has waited

    private static async ValueTask SendAsync(WebSocket socket, byte[][] texts)
    {
        foreach (var text in texts) await socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
    }

    private async Task SubscribeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        lock (_lock) _sockets.Add(socket);
        await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);   // subscribers say nothing: until the end
    }
}
