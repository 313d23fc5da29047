using System.Text;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>The middleware in a real server, against raw sockets.</summary>
public sealed class KestrelTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_message_comes_back(bool tls)
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync(tls);
        await client.UpgradeAsync("/echo/a");
        await client.SendAsync(RawClient.Text("Grüße"));
        var frame = await client.ReadFrameAsync();
        Assert.Equal((0x81, "Grüße"), (frame.First, frame.Text));
    }

    [Fact]
    public async Task A_head_may_come_in_pieces_and_frames_right_behind_it()
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync();
        var head = Encoding.ASCII.GetBytes(RawClient.Head("/echo/a"));
        foreach (var piece in head[..^1].Chunk(7)) await client.SendAsync(piece);
        await client.SendAsync([head[^1], .. RawClient.Text("one"), .. RawClient.Text("two")]);
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        Assert.Equal("one", (await client.ReadFrameAsync()).Text);
        Assert.Equal("two", (await client.ReadFrameAsync()).Text);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Other_requests_are_left_alone(bool tls)
    {
        await using var host = await TestHost.StartEchoAsync();
        using var handler = new HttpClientHandler();
        handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == TestHost.CertificateHash;
        using var http = new HttpClient(handler);
        http.BaseAddress = new Uri(tls ? $"https://localhost:{host.TlsPort}" : $"http://localhost:{host.Port}");
        Assert.Equal("plain", await http.GetStringAsync("/plain"));
        var body = new byte[300_000];
        var answer = await http.PostAsync(new Uri("/length", UriKind.Relative), new ByteArrayContent(body));
        Assert.Equal("300000", await answer.Content.ReadAsStringAsync());
        Assert.Equal("plain", await http.GetStringAsync("/plain"));
    }

    [Theory, InlineData("/plain/%2500"), InlineData("/echo/%252F")]
    public async Task A_path_is_decoded_once(string path)
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 4", await client.ReadHeadAsync());
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_upgrade_on_a_connection_that_was_used_before_is_the_same_session(bool tls)
    {
        await using var host = await TestHost.StartEchoAsync();
        await using var client = await host.ConnectAsync(tls);
        await client.SendAsync("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 200 ", head);
        Assert.Equal("5\r\nplain\r\n0\r\n\r\n", Encoding.ASCII.GetString(await client.ReadAsync(15)));
        var answer = await client.UpgradeAsync("/echo/a", "Sec-WebSocket-Protocol: other, echo.v1");
        Assert.Contains("Sec-WebSocket-Protocol: echo.v1", answer);
        await client.SendAsync(RawClient.Text("late"));
        Assert.Equal("late", (await client.ReadFrameAsync()).Text);
        await client.SendAsync(RawClient.CloseFrame(1000));
        Assert.Equal(1000, (await client.ReadFrameAsync()).CloseCode);
        Assert.Empty(await client.ReadToEndAsync());
    }
}
