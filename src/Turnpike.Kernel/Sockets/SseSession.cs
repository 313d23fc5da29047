using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// A stream of server-sent events: a session whose sink is an HTTP answer. Same outbox, subscriptions, limits and shutdown.
/// </summary>
/// <remarks>HTML, 9.2, server-sent events.</remarks>
public sealed class SseSession : SocketSession
{
    private static readonly byte[] s_retry = Encoding.ASCII.GetBytes("retry: 2000\n\n");
    private readonly Action<SocketSession> _open;

    private SseSession(Action<SocketSession> open) => _open = open;

    /// <summary>Answers the request with an event stream until either side ends it; 503 or 429 if the limits allow none.</summary>
    /// <param name="http">The request; nothing of its answer is written yet.</param>
    /// <param name="open">Subscribes, just before the answer is sent; what it throws ends the stream.</param>
    public static async Task RunAsync(HttpContext http, Action<SocketSession> open)
    {
        ArgumentNullException.ThrowIfNull(http);
        var gate = http.RequestServices.GetRequiredService<SocketGate>();
        var address = http.RequestServices.GetRequiredService<HttpSockets>().AddressOf(http);
        if (gate.TryEnter(address) is { } refusal)
        {
            gate.Server.Metrics.Refused(refusal.Error.Name);
            await refusal.WriteAsync(http, refusal.ToJson());
            return;
        }
        var session = new SseSession(open) { RemoteAddress = address };
        gate.Begin(session, FrameFormat.ServerSentEvents);
        try
        {
            await session.ServeAsync(http);
        }
        finally
        {
            gate.End(session);
        }
    }

    /// <inheritdoc/>
    protected override void OnOpen() => _open(this);

    /// <summary>Nothing comes on an event stream.</summary>
    protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => ValueTask.CompletedTask;

    private async Task ServeAsync(HttpContext http)
    {
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Slow readers are the outbox's concern, which knows where they are and can replay; Kestrel would cut them off.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
        await response.StartAsync(http.RequestAborted);
        var sink = new PipeSink(response.BodyWriter, http.Abort);
        await sink.SendAllAsync(s_retry);
        Open(sink);
        await UntilClosedAsync(http.RequestAborted);
    }
}
