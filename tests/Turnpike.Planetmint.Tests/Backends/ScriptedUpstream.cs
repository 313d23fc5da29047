using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Tests.Backends;

public enum Dialect { BigchainDb, Planetmint2, Tendermint031, Tendermint034, CometBft038 }

public enum Fault { None, Error500, Silence, Garbage, Cut, NotYet, DropSockets }

/// <summary>A real HTTP and WebSocket server that plays an upstream and fails as scripted.</summary>
public sealed class ScriptedUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IDialectScript _script;
    private readonly ConcurrentDictionary<WebSocket, bool> _sockets = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _stop = new();

    private ScriptedUpstream(WebApplication app, Dialect dialect)
    {
        _app = app;
        Dialect = dialect;
        _script = dialect is Dialect.BigchainDb or Dialect.Planetmint2 ? new NodeScript(this) : new CometBftScript(this);
    }

    public Dialect Dialect { get; }
    public ScriptedChain Chain { get; } = new();
    public string Url { get; private set; } = "";

    /// <summary>Path and query of each request, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Taken one by one, one for each request.</summary>
    public ConcurrentQueue<Fault> Faults { get; } = new();

    /// <summary>A fault for chosen requests; asked first.</summary>
    public Func<HttpRequest, Fault> FaultOf { get; set; } = _ => Fault.None;

    /// <summary>What sockets are told while false: nothing.</summary>
    public bool Speaks { get; set; } = true;

    /// <summary>What a socket is told in the place of the subscription's answer.</summary>
    public string? SubscriptionAnswer { get; set; }

    /// <summary>What a root document advertises; null: the truth.</summary>
    public string? Advertised { get; set; }

    /// <summary>Answers posts; gets path and query, and the body.</summary>
    public Func<string, string, (int Status, string Body)> OnPost { get; set; } = (_, body) => (202, body);

    /// <summary>Counts handshakes; a test waits for the next.</summary>
    public SemaphoreSlim Connected { get; } = new(0);

    public static async Task<ScriptedUpstream> StartAsync(Dialect dialect)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var upstream = new ScriptedUpstream(app, dialect);
        app.UseWebSockets();
        app.Run(upstream.ServeAsync);
        await app.StartAsync();
        upstream.Url = app.Urls.Single();
        return upstream;
    }

    internal UpstreamOptions Options => new()
    {
        Kind = Dialect is Dialect.BigchainDb or Dialect.Planetmint2 ? UpstreamKind.Node : UpstreamKind.CometBft,
        Url = Url,
        RequestTimeout = TimeSpan.FromHours(1),
        PostTimeout = TimeSpan.FromHours(1),
        PollInterval = TimeSpan.FromHours(1),
        CheckInterval = TimeSpan.FromHours(1),
    };

    /// <summary>Appends a block and tells the sockets.</summary>
    public Task<ScriptedBlock> CommitAsync(params int[] codes) => TellAsync(Chain.Append(codes));

    /// <summary>Tells the sockets of a block that was appended.</summary>
    public async Task<ScriptedBlock> TellAsync(ScriptedBlock block)
    {
        if (Speaks) await SendAsync(_script.Events(block));
        return block;
    }

    public async Task SendAsync(IEnumerable<string> messages)
    {
        await _sending.WaitAsync();
        try
        {
            foreach (var message in messages)
                foreach (var socket in _sockets.Keys)
                    await SendAsync(socket, message);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void DropSockets()
    {
        foreach (var socket in _sockets.Keys) socket.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        DropSockets();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
        _sending.Dispose();
        Connected.Dispose();
    }

    private static async Task SendAsync(WebSocket socket, string message)
    {
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        catch (Exception e) when (
            e is WebSocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            socket.Abort(); // the other side left
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        Requests.Enqueue(context.Request.Path + context.Request.QueryString);
        if (context.WebSockets.IsWebSocketRequest)
        {
            await ListenAsync(context);
            return;
        }

        var fault = FaultOf(context.Request);
        if (fault == Fault.None && !HttpMethods.IsPost(context.Request.Method)) Faults.TryDequeue(out fault);
        if (fault == Fault.NotYet && !_script.CanBeLate(context.Request)) fault = Fault.Error500;
        if (!await FailAsync(context, fault)) await _script.ServeAsync(context, notYet: fault == Fault.NotYet);
    }

    private async Task<bool> FailAsync(HttpContext context, Fault fault)
    {
        switch (fault)
        {
            case Fault.Error500:
                context.Response.StatusCode = 500;
                await context.Response.WriteAsync("Internal Server Error");
                return true;
            case Fault.Garbage:
                await context.Response.WriteAsync("""{"height":1,"result":{"block":[""");
                return true;
            case Fault.Cut:
                context.Abort();
                return true;
            case Fault.Silence:
                using (var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token))
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone.Token)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            case Fault.DropSockets:
                DropSockets();
                return false;
            default:
                return false;
        }
    }

    private async Task ListenAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        try
        {
            if (_script.AnswersSubscription)
            {
                var hello = await socket.ReceiveAsync(buffer, _stop.Token);
                Assert.Contains("tm.event='NewBlock'", Encoding.UTF8.GetString(buffer, 0, hello.Count));
                await SendAsync(socket, SubscriptionAnswer ?? """{"jsonrpc":"2.0","id":0,"result":{}}""");
            }

            _sockets[socket] = true;
            Connected.Release();
            while (socket.State == WebSocketState.Open) await socket.ReceiveAsync(buffer, _stop.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // dropped by the script, or the follower left
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }
}

/// <summary>How one dialect answers.</summary>
internal interface IDialectScript
{
    bool AnswersSubscription { get; }
    bool CanBeLate(HttpRequest request);
    IEnumerable<string> Events(ScriptedBlock block);
    Task ServeAsync(HttpContext context, bool notYet);
}
