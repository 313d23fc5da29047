using System.Net.WebSockets;
using System.Text;
using Turnpike.Kernel.Sockets;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>
/// What is not accepted, and how that is said: on a fresh connection (middleware) and on one used before (HTTP layer) alike.
/// </summary>
public sealed class KestrelRefusalTests
{
    public static TheoryData<string, string, int, string> Refusals => new()
    {
        { "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426, "Sec-WebSocket-Version must be 13" },
        { "Sec-WebSocket-Version: 13\r\n", "", 426, "Sec-WebSocket-Version must be 13" },
        { $"Sec-WebSocket-Key: {RawClient.Key}", "Sec-WebSocket-Key: c2hvcnQ=", 400, "Sec-WebSocket-Key must be 16 bytes in base64" },
        { $"Sec-WebSocket-Key: {RawClient.Key}\r\n", "", 400, "Sec-WebSocket-Key must be 16 bytes in base64" },
        { "Connection: keep-alive, Upgrade", "Connection: keep-alive", 400, "Connection must contain the token Upgrade" },
        { "/echo/a", "/echo/no", 404, "No such echo" },
        { "Host: localhost", "Host: localhost\r\nOrigin: https://evil.example", 403, "Pages of this origin may not connect" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task A_refusal_is_an_answer_with_a_body(string what, string by, int status, string message)
    {
        await using var host = await TestHost.StartEchoAsync(null, ("AllowedOrigins:0", "https://shop.example"));
        foreach (var used in (bool[])[false, true])
        {
            await using var client = await host.ConnectAsync();
            if (used) await UseAsync(client);
            await client.SendAsync(RawClient.Head("/echo/a").Replace(what, by, StringComparison.Ordinal));
            var (head, body) = await client.ReadAnswerAsync();
            Assert.StartsWith($"HTTP/1.1 {status} ", head);
            Assert.Equal($"{{\"status\":{status},\"message\":\"{message}\"}}", body);
            Assert.Equal(status == 426, head.Contains("Sec-WebSocket-Version: 13", StringComparison.Ordinal));
            await client.UpgradeAsync("/echo/a", "Origin: https://SHOP.example");       // the refusal was for one request
        }
    }

    [Fact]
    public async Task Header_names_and_tokens_have_no_case()
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync($"GET /ECHO/a HTTP/1.1\r\nhost: localhost\r\nUPGRADE: h2c, WebSocket\r\nconnection:upgrade\r\n" +
            $"sec-websocket-KEY:  {RawClient.Key}\r\nsec-websocket-version:13\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
    }

    [Theory]
    [InlineData("GET /echo/a HTTP/1.1\r\nHost: localhost\r\n\r\n", 426)]
    [InlineData("POST /echo/a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n", 405)]
    [InlineData("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 404)]
    [InlineData("GET /echo/a HTTP/1.1\r\nHost: localhost\r\n Upgrade: websocket\r\n\r\n", 400)]
    [InlineData("nonsense\r\n\r\n", 400)]
    public async Task What_is_no_upgrade_is_answered_by_the_http_layer(string request, int status)
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(request);
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadHeadAsync());
    }

    [Fact]
    public async Task A_head_larger_than_allowed_is_refused_by_the_http_layer()
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync(RawClient.Head("/echo/a", "X-Large: " + new string('x', 40_000)));
        Assert.StartsWith("HTTP/1.1 431 ", await client.ReadHeadAsync());
    }

    [Fact]
    public async Task A_head_that_takes_too_long_ends_the_connection()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartEchoAsync(clock);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("GET /echo/a HTTP/1.1\r\nHost: loc");
        var end = client.ReadToEndAsync();
        while (!end.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(10));        // again until the server has seen the connection
            await Task.Yield();
        }
        Assert.Empty(await end);
    }

    [Fact]
    public async Task Limits_by_address_and_in_all_are_answered_with_503()
    {
        await using var host = await TestHost.StartEchoAsync(null,
            ("MaxSockets", "3"), ("MaxSocketsPerAddress", "2"), ("TrustedProxies:0", "127.0.0.0/8"));
        await using var one = await host.ConnectAsync();
        await one.UpgradeAsync("/echo/a", "X-Forwarded-For: 192.0.2.1");
        var two = await host.ConnectAsync();
        await two.UpgradeAsync("/echo/a", "X-Forwarded-For: 10.9.9.9, 192.0.2.1, 127.0.0.5");
        Assert.Contains("This address has as many sockets", await RefusedAsync(host, "192.0.2.1", 503, "Retry-After: 5"));
        await using var three = await host.ConnectAsync();
        await three.UpgradeAsync("/echo/a", "X-Forwarded-For: 192.0.2.2");
        Assert.Contains("The server has as many sockets", await RefusedAsync(host, "192.0.2.3", 503, "Retry-After: 5"));
        await two.SendAsync(RawClient.CloseFrame(1000));
        await two.ReadToEndAsync();
        await two.DisposeAsync();
        await using var next = await host.ConnectAsync();
        await next.UpgradeAsync("/echo/a", "X-Forwarded-For: 192.0.2.1");
    }

    [Fact]
    public async Task Too_many_handshakes_are_answered_with_429_until_time_has_passed()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartEchoAsync(clock, ("HandshakeBurst", "3"), ("HandshakesPerSecond", "1"));
        for (var i = 0; i < 3; i++)
        {
            await using var client = await host.ConnectAsync();
            await client.UpgradeAsync("/echo/a");
        }
        Assert.Contains("too fast", await RefusedAsync(host, "203.0.113.9", 429, "Retry-After: 1"));
        clock.Advance(TimeSpan.FromSeconds(1));
        await using var later = await host.ConnectAsync();
        await later.UpgradeAsync("/echo/a");
    }

    [Fact]
    public async Task An_endpoint_that_throws_is_answered_with_500()
    {
        await using var host = await TestHost.StartAsync((app, _) => app.MapWebSocket("/broken", new BrokenEndpoint()));
        await using var client = await host.ConnectAsync();
        await client.SendAsync(RawClient.Head("/broken"));
        var (head, body) = await client.ReadAnswerAsync();
        Assert.StartsWith("HTTP/1.1 500 ", head);
        Assert.Equal("{\"status\":500,\"message\":\"Internal error\"}", body);
    }

    [Fact]
    public async Task A_path_is_on_its_ports_only()
    {
        await using var host = await TestHost.StartAsync((app, h) =>
            app.MapWebSocket("/echo/{name}", new EchoEndpoint(), port => port == h.TlsPort));
        await using var right = await host.ConnectAsync(tls: true);
        await right.UpgradeAsync("/echo/a");
        await using var wrong = await host.ConnectAsync();
        await wrong.SendAsync(RawClient.Head("/echo/a"));
        Assert.StartsWith("HTTP/1.1 404 ", await wrong.ReadHeadAsync());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_request_tells_what_it_is(bool tls)
    {
        UpgradeRequest? seen = null;
        await using var host = await TestHost.StartAsync((app, _) => app.MapWebSocket("/see/{name}", new SeeingEndpoint(r => seen = r)));
        foreach (var used in (bool[])[false, true])
        {
            await using var client = await host.ConnectAsync(tls);
            if (used) await UseAsync(client);
            await client.UpgradeAsync("/see/a%20b?x=1&x=%C3%BC&y", "X-One: 1", "x-one: 2", "Sec-WebSocket-Protocol: p, q");
            Assert.Equal("/see/a b", seen!.Path);
            Assert.Equal("a b", seen.RouteValues["name"]);
            Assert.Equal("?x=1&x=%C3%BC&y", seen.QueryString);
            Assert.Equal(["1", "ü"], seen.Query["x"]!);
            Assert.Equal("1, 2", seen.Header("X-ONE"));
            Assert.Equal(["p", "q"], seen.Protocols);
            Assert.Equal(("localhost", tls ? "wss" : "ws", "127.0.0.1"), (seen.Host, seen.Scheme, seen.RemoteAddress.ToString()));
            Assert.Equal(tls ? host.TlsPort : host.Port, seen.LocalPort);
        }
    }

    private static async Task UseAsync(RawClient client)
    {
        await client.SendAsync("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal("5\r\nplain\r\n0\r\n\r\n", Encoding.ASCII.GetString(await client.ReadAsync(15)));
    }

    private static async Task<string> RefusedAsync(TestHost host, string address, int status, string header)
    {
        await using var client = await host.ConnectAsync();
        await client.SendAsync(RawClient.Head("/echo/a", "X-Forwarded-For: " + address));
        var (head, body) = await client.ReadAnswerAsync();
        Assert.StartsWith($"HTTP/1.1 {status} ", head);
        Assert.Contains(header, head);
        return body;
    }

    private sealed class BrokenEndpoint : IWebSocketEndpoint
    {
        public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation) =>
            throw new WebSocketException("thrown by the test");
    }

    private sealed class SeeingEndpoint(Action<UpgradeRequest> see) : IWebSocketEndpoint
    {
        public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation)
        {
            see(request);
            return ValueTask.FromResult(Handshake.Accept(new EchoSession()));
        }
    }
}
