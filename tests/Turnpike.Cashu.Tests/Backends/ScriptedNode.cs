using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Turnpike.Cashu.Backends;

namespace Turnpike.Cashu.Tests.Backends;

using ClnOptions = Turnpike.Cashu.Backends.ClnOptions;
using LndOptions = Turnpike.Cashu.Backends.LndOptions;

/// <summary>What a node was asked.</summary>
public sealed record Asked(string Call, string Body, string? Key);

/// <summary>A real HTTP server that plays a Lightning node and answers, or fails, as scripted.</summary>
public sealed class ScriptedNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder = Directory.CreateTempSubdirectory("turnpike-test-").FullName;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly ConcurrentBag<HttpContext> _hanging = [];

    private ScriptedNode(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    /// <summary>In the order in which they came.</summary>
    public ConcurrentQueue<Asked> Asked { get; } = new();

    /// <summary>Released when a call that hangs has come.</summary>
    public SemaphoreSlim Hanging { get; } = new(0);

    public static async Task<ScriptedNode> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var node = new ScriptedNode(app);
        app.Run(node.ServeAsync);
        await app.StartAsync();
        node.Url = app.Urls.Single();
        return node;
    }

    /// <summary>The next call is answered like this.</summary>
    public ScriptedNode Then(string body, int status = 200) => Then(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    });

    /// <summary>The next call gets these lines, and then the connection is lost.</summary>
    public ScriptedNode ThenCut(params string[] lines) => Then(async context =>
    {
        foreach (var line in lines) await context.Response.WriteAsync(line);
        await context.Response.Body.FlushAsync();
        context.Abort();
    });

    /// <summary>Loses the connections of the calls that hang.</summary>
    public void Cut()
    {
        while (_hanging.TryTake(out var context)) context.Abort();
    }

    /// <summary>The next call gets these lines, and then nothing until the caller leaves or <see cref="Cut"/>.</summary>
    public ScriptedNode ThenHang(params string[] lines) => Then(async context =>
    {
        foreach (var line in lines) await context.Response.WriteAsync(line);
        if (lines.Length > 0) await context.Response.Body.FlushAsync();
        _hanging.Add(context);
        Hanging.Release();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
    });

    public ScriptedNode Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    internal LndLightning Lnd(TimeProvider? clock = null, string certFile = "", byte[]? macaroon = null) => new(new LndOptions
    {
        Url = Url,
        CertFile = certFile,
        MacaroonFile = Write("admin.macaroon", macaroon ?? [1, 0xAB, 0xFF]),
    }, clock ?? TimeProvider.System);

    internal ClnLightning Cln(TimeProvider? clock = null, string certFile = "") => new(new ClnOptions
    {
        Url = Url + "/",
        CertFile = certFile,
        RuneFile = Write("rune", "rune-of-ours=\n"u8.ToArray()),
    }, clock ?? TimeProvider.System);

    public string Write(string name, byte[] content)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true); // a test may stop it before its end
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = context.Request;
        var key = request.Headers["Grpc-Metadata-macaroon"].FirstOrDefault() ?? request.Headers["Rune"].FirstOrDefault();
        Asked.Enqueue(new Asked($"{request.Method} {request.Path}{request.QueryString}", await reader.ReadToEndAsync(), key));
        if (_script.TryDequeue(out var answer)) await answer(context);
        else context.Response.StatusCode = 599;
    }
}
