using System.Net;
using System.Text;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>How often one address may ask (docs/specs/cashu.md 12), on the real server, which believes a proxy on this machine.</summary>
public sealed class RequestLimitTests
{
    private const string ProxyKey = "Turnpike:Sockets:TrustedProxies:0";
    private const string Limits = "Turnpike:Cashu:Limits:";

    [Fact]
    public async Task An_address_that_asks_too_often_is_refused_as_wallets_expect_it_and_no_other_one()
    {
        await using var server = await SocketHost.StartAsync(
            (ProxyKey, "127.0.0.1"), (Limits + "RequestsPerMinute", "3"), (Limits + "MoneyRequestsPerMinute", "2"));
        using var http = new HttpClient { BaseAddress = server.Main };

        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, "203.0.113.1")).StatusCode);
        // Money counts apart.
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(http, "203.0.113.1", "/v1/swap")).StatusCode);
        foreach (var path in new[] { "/v1/keysets", "/v1/swap", "/v1/melt/bolt11", "/v1/mint/quote/bolt11", "/v1/nothing" })
        {
            using var refusal = await AskAsync(http, "203.0.113.1", path);
            Assert.Equal(HttpStatusCode.TooManyRequests, refusal.StatusCode);
            Assert.InRange(refusal.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 30);
            Assert.Equal(["*"], refusal.Headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal("""{"detail":"Too many requests; try again later","code":50001}""", await refusal.Content.ReadAsStringAsync());
        }

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, "203.0.113.2")).StatusCode);
        // A customer of IPv6 has a /64.
        for (var i = 1; i < 4; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, $"2001:db8::{i}")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(http, "2001:db8::4")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, "2001:db8:0:1::4")).StatusCode);
        // This machine has no limit, and health no policy.
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, "203.0.113.1", "/health/live")).StatusCode);
    }

    [Fact]
    public async Task With_0_there_is_no_limit_and_who_is_no_proxy_is_not_believed()
    {
        await using var server = await SocketHost.StartAsync((ProxyKey, "127.0.0.1"), (Limits + "RequestsPerMinute", "0"));
        await using var other = await SocketHost.StartAsync((ProxyKey, "192.0.2.1"), (Limits + "RequestsPerMinute", "1"));
        foreach (var host in new[] { server, other })
        {
            using var http = new HttpClient { BaseAddress = host.Main };
            for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, "203.0.113.1")).StatusCode);
        }
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient http, string? client, string path = "/v1/keysets")
    {
        var isPost = path is not ("/v1/keysets" or "/v1/nothing" or "/health/live");
        var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, path);
        if (isPost) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        if (client is not null) request.Headers.Add("X-Forwarded-For", client);
        return http.SendAsync(request);
    }
}
