using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Turnpike.Conformance;

public sealed class OtlpTests
{
    private const string MetricsService = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    [Fact]
    public async Task A_collector_gets_the_metrics_at_the_latest_when_the_server_ends()
    {
        var exports = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await CollectAsync(exports);
        await using (var server = await ServerProcess.StartAsync("--set", $"Turnpike:Server:Otlp:Endpoint={collector.Urls.First()}"))
        {
            Assert.Equal(0, await server.StopAsync());
        }

        var export = Assert.Single(exports, e => e.Path == MetricsService);
        Assert.Contains("turnpike.storage.works", export.Body, StringComparison.Ordinal);
        Assert.Contains("service.version", export.Body, StringComparison.Ordinal);
    }

    /// <summary>What gRPC needs of a collector: HTTP/2, a frame of an empty message, the status in a trailer.</summary>
    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<(string Path, string Body)> exports)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            exports.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            http.Response.ContentType = "application/grpc";
            http.Response.DeclareTrailer("grpc-status");
            await http.Response.Body.WriteAsync(new byte[5]);
            http.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return app;
    }
}
