using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>A Kestrel on a free port with the sockets in front, and plain HTTP behind.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    /// <summary>Of the certificate that was made for this run.</summary>
    public static string CertificateHash => s_certificate.Value.GetCertHashString();

    public Hub Hub => Services.GetRequiredService<Hub>();

    public SocketServer Server => Services.GetRequiredService<SocketServer>();

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    public static async Task<TestHost> StartAsync(Action<WebApplication, TestHost> map, TimeProvider? clock = null,
        params (string Key, string Value)[] options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            options.Select(o => KeyValuePair.Create<string, string?>("Turnpike:Sockets:" + o.Key, o.Value)));
        if (clock is not null) builder.Services.AddSingleton(clock);
        builder.Services.AddTurnpikeSockets();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseTurnpikeSockets());
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                listener.UseHttps(s_certificate.Value);
                listener.UseTurnpikeSockets();
            });
        });
        var app = builder.Build();
        var host = new TestHost(app);
        app.MapGet("/plain", () => "plain");
        app.MapPost("/length", async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            return Results.Text(body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
        map(app, host);
        await app.StartAsync();
        var ports = app.Urls.Select(url => new Uri(url)).ToList();
        host.Port = ports.Single(uri => uri.Scheme == "http").Port;
        host.TlsPort = ports.Single(uri => uri.Scheme == "https").Port;
        return host;
    }

    /// <summary>A host with an echo on /echo/{name} and nothing else.</summary>
    public static Task<TestHost> StartEchoAsync(TimeProvider? clock = null, params (string Key, string Value)[] options) =>
        StartAsync((app, _) => app.MapWebSocket("/echo/{name}", new EchoEndpoint()), clock, options);

    public async Task<RawClient> ConnectAsync(bool tls = false) => await RawClient.ConnectAsync(tls ? TlsPort : Port, tls);

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static readonly Lazy<X509Certificate2> s_certificate = new(() =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    });
}

/// <summary>Returns what it gets; a few words do more.</summary>
internal sealed class EchoSession(Action<CloseStatus>? closed = null) : SocketSession
{
    protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8)
    {
        if (utf8.SequenceEqual("close please"u8)) Close(4321, "as you like");
        else if (utf8.SequenceEqual("throw"u8)) throw new InvalidOperationException("thrown by the test");
        else Send(utf8);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnBinary(ReadOnlySpan<byte> data)
    {
        SendBinary(data);
        return ValueTask.CompletedTask;
    }

    protected override void OnClose(CloseStatus status) => closed?.Invoke(status);
}

internal sealed class EchoEndpoint : IWebSocketEndpoint
{
    public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation) => ValueTask.FromResult(
        (string?)request.RouteValues["name"] == "no"
            ? Handshake.Refuse(new ProtocolError(404, "no_such_echo", "No such echo"))
            : Handshake.Accept(new EchoSession(), request.Protocols.Contains("echo.v1") ? "echo.v1" : null));
}
