using System.Text;
using Turnpike.Kernel.Sockets;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>A session's life, in a real server.</summary>
public sealed class SessionTests
{
    private static async Task<(TestHost Host, RawClient Client, Task<CloseStatus> Closed)> EchoAsync(
        bool tls = false, TimeProvider? clock = null, params (string, string)[] options)
    {
        var closed = new TaskCompletionSource<CloseStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = await TestHost.StartAsync((app, _) =>
            app.MapWebSocket("/e", new Endpoint(() => new EchoSession(s => closed.TrySetResult(s)))), clock, options);
        var client = await host.ConnectAsync(tls);
        await client.UpgradeAsync("/e");
        return (host, client, closed.Task);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_large_message_comes_back_whole(bool tls)
    {
        var (host, client, _) = await EchoAsync(tls);
        await using var h = host;
        await using var c = client;
        var text = string.Concat(Enumerable.Repeat("0123456789abcdé", 65_000));
        var payload = Encoding.UTF8.GetBytes(text);
        var sending = client.SendAsync(RawClient.Masked(0x01, payload.AsSpan(0, 13)), RawClient.Masked(0x89, "mid"u8),
            RawClient.Masked(0x80, payload.AsSpan(13)));
        var pong = await client.ReadFrameAsync();
        Assert.Equal((10, "mid"), (pong.Opcode, pong.Text));
        Assert.Equal(text, (await client.ReadFrameAsync()).Text);
        await sending;
    }

    [Theory, InlineData(1000, ""), InlineData(1001, "gone"), InlineData(3456, "mine"), InlineData(1005, "")]
    public async Task A_close_is_answered_with_its_code(int code, string reason)
    {
        var (host, client, closed) = await EchoAsync();
        await using var h = host;
        await using var c = client;
        var close = code == 1005 ? RawClient.Masked(0x88, []) : RawClient.CloseFrame(code, reason);
        await client.SendAsync([.. RawClient.Text("first"), .. close, .. RawClient.Text("late")]);
        Assert.Equal("first", (await client.ReadFrameAsync()).Text);
        var frame = await client.ReadFrameAsync();
        Assert.Equal((8, code), (frame.Opcode, frame.CloseCode));
        Assert.Empty(await client.ReadToEndAsync());
        Assert.Equal(new CloseStatus(code, reason, ByPeer: true), await closed);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Our_close_waits_for_the_answer(bool tls)
    {
        var (host, client, closed) = await EchoAsync(tls);
        await using var h = host;
        await using var c = client;
        await client.SendAsync(RawClient.Text("close please"));
        var frame = await client.ReadFrameAsync();
        Assert.Equal((4321, "as you like"), (frame.CloseCode, frame.CloseReason));
        Assert.False(closed.IsCompleted);
        await client.SendAsync(RawClient.Text("not heard"), RawClient.CloseFrame(4321));
        Assert.Empty(await client.ReadToEndAsync());
        Assert.Equal(new CloseStatus(4321, "as you like", ByPeer: false), await closed);
    }

    [Fact]
    public async Task Our_close_does_not_wait_for_ever()
    {
        var clock = new ManualTimeProvider();
        var (host, client, closed) = await EchoAsync(clock: clock);
        await using var h = host;
        await using var c = client;
        await client.SendAsync(RawClient.Text("close please"));
        await client.ReadFrameAsync();
        await AdvanceUntilAsync(clock, TimeSpan.FromMilliseconds(250), closed);
        Assert.Equal(4321, (await closed).Code);
        Assert.Empty(await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x01, 0x61 }, 1002)]
    [InlineData(new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28 }, 1007)]
    [InlineData(new byte[] { 0x82, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 }, 1009)]
    public async Task A_broken_rule_closes_with_its_code(byte[] input, int code)
    {
        var (host, client, closed) = await EchoAsync();
        await using var h = host;
        await using var c = client;
        await client.SendAsync(input);
        Assert.Equal(code, (await client.ReadFrameAsync()).CloseCode);
        await client.DisposeAsync();
        Assert.Equal(code, (await closed).Code);
    }

    [Fact]
    public async Task A_handler_that_throws_closes_with_1011()
    {
        var (host, client, closed) = await EchoAsync();
        await using var h = host;
        await using var c = client;
        await client.SendAsync(RawClient.Text("throw"), RawClient.Text("not heard"));
        Assert.Equal(1011, (await client.ReadFrameAsync()).CloseCode);
        await client.SendAsync(RawClient.CloseFrame(1011));
        Assert.Equal(1011, (await closed).Code);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_client_that_vanishes_is_noticed(bool reset)
    {
        var (host, client, closed) = await EchoAsync();
        await using var h = host;
        if (reset) client.Reset();
        else await client.DisposeAsync();
        Assert.Equal(new CloseStatus(CloseCodes.Lost, "", ByPeer: true), await closed);
    }

    [Fact]
    public async Task An_idle_client_is_pinged_and_a_dead_one_dropped()
    {
        var clock = new ManualTimeProvider();
        var (host, client, closed) = await EchoAsync(clock: clock);
        await using var h = host;
        await using var c = client;
        for (var round = 0; round < 4; round++)
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(9, (await client.ReadFrameAsync()).Opcode);
            await client.SendAsync(RawClient.Masked(0x8A, []), RawClient.Text("alive"));
            Assert.Equal("alive", (await client.ReadDataAsync()).Text);
        }
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(9, (await client.ReadFrameAsync()).Opcode);
        Assert.False(closed.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(new CloseStatus(CloseCodes.Lost, "", ByPeer: true), await closed);
    }

    [Fact]
    public async Task A_slow_handler_holds_back_its_own_messages_only()
    {
        var gate = new TaskCompletionSource();
        var heard = new List<string>();
        await using var host = await TestHost.StartAsync((app, _) =>
            app.MapWebSocket("/slow", new Endpoint(() => new SlowSession(gate.Task, heard))));
        await using var client = await host.ConnectAsync();
        await client.UpgradeAsync("/slow");
        await client.SendAsync([.. RawClient.Text("one"), .. RawClient.Text("two"), .. RawClient.Text("three")]);
        Assert.Equal("got one", (await client.ReadFrameAsync()).Text);
        Assert.Equal(["one"], heard);
        gate.SetResult();
        Assert.Equal("got two", (await client.ReadFrameAsync()).Text);
        Assert.Equal("got three", (await client.ReadFrameAsync()).Text);
    }

    [Fact]
    public async Task What_is_sent_on_opening_comes_right_after_the_answer()
    {
        await using var host = await TestHost.StartAsync((app, _) => app.MapWebSocket("/hello", new Endpoint(() => new GreetingSession())));
        foreach (var tls in (bool[])[false, true])
        {
            await using var client = await host.ConnectAsync(tls);
            await client.UpgradeAsync("/hello");
            Assert.Equal("hello", (await client.ReadFrameAsync()).Text);
            Assert.Equal(4000, (await client.ReadFrameAsync()).CloseCode);
        }
    }

    [Fact]
    public async Task A_stream_that_only_talks_drops_what_it_hears_but_no_flood()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync((app, _) =>
            app.MapWebSocket("/deaf", new Endpoint(() => new DeafSession())), clock,
            ("MaxMessageBytes", "1024"));
        await using var client = await host.ConnectAsync();
        await client.UpgradeAsync("/deaf");
        var megabyte = RawClient.Masked(0x82, new byte[1 << 20]);
        await client.SendAsync(megabyte, RawClient.Masked(0x81, [0xFF]), RawClient.Masked(0x89, "here"u8));
        Assert.Equal((10, "here"), await PongAsync(client));
        for (var second = 0; second < 12; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await client.SendAsync(RawClient.Masked(0x82, new byte[300 * 1024]), RawClient.Masked(0x89, "x"u8));
            var frame = await client.ReadFrameAsync();
            if (frame.Opcode == 8)
            {
                Assert.Equal((1008, "flooding"), (frame.CloseCode, frame.CloseReason));
                Assert.InRange(second, 9, 11);
                return;
            }
        }
        Assert.Fail("The flood was not noticed.");
    }

    [Fact]
    public async Task A_client_that_is_listened_to_may_say_so_much_a_second_and_is_closed_if_it_goes_on_with_more()
    {
        var clock = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync((app, _) => app.MapWebSocket("/echo", new EchoEndpoint()), clock,
            ("MessagesPerSecond", "20"), ("FloodSeconds", "3"));
        await using var client = await host.ConnectAsync();
        await client.UpgradeAsync("/echo");
        for (var second = 0; second < 8; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 30; i++)
            {
                await client.SendAsync(RawClient.Masked(0x81, "x"u8));
                var frame = await client.ReadFrameAsync();
                if (frame.Opcode != 8) continue;
                Assert.Equal((1008, "flooding"), (frame.CloseCode, frame.CloseReason));
                Assert.InRange(second, 3, 5);
                return;
            }
        }
        Assert.Fail("The flood was not noticed.");
    }

    [Fact]
    public void A_flood_is_a_rate_that_goes_on()
    {
        var guard = default(FloodGuard);
        for (var ms = 500; ms < 60_000; ms += 500) Assert.False(guard.IsFlood(ms, 500, 1000, 10));
        Assert.False(guard.IsFlood(61_000, 100_000, 1000, 10));     // a burst is none
        Assert.False(guard.IsFlood(62_000, 0, 1000, 10));
        for (var ms = 63_000; ms < 73_000; ms += 1000) Assert.False(guard.IsFlood(ms, 1100, 1000, 10));
        Assert.True(guard.IsFlood(73_000, 1100, 1000, 10));
    }

    private static async Task<(int, string)> PongAsync(RawClient client)
    {
        var frame = await client.ReadFrameAsync();
        return (frame.Opcode, frame.Text);
    }

    /// <summary>Moves the clock until something has happened; the server's own tasks need their turns in between.</summary>
    internal static async Task AdvanceUntilAsync(ManualTimeProvider clock, TimeSpan step, Task happened)
    {
        while (!happened.IsCompleted)
        {
            clock.Advance(step);
            await Task.Yield();
        }
    }

    internal sealed class Endpoint(Func<SocketSession> make) : IWebSocketEndpoint
    {
        public ValueTask<Handshake> OnHandshake(UpgradeRequest request, CancellationToken cancellation) =>
            ValueTask.FromResult(Handshake.Accept(make()));
    }

    private sealed class SlowSession(Task gate, List<string> heard) : SocketSession
    {
        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8)
        {
            var text = Encoding.UTF8.GetString(utf8);
            heard.Add(text);
            Send(Encoding.UTF8.GetBytes("got " + text));
            return new ValueTask(gate);
        }
    }

    private sealed class GreetingSession : SocketSession
    {
        protected override void OnOpen()
        {
            Send("hello"u8);
            Close(4000);
        }

        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => ValueTask.CompletedTask;
    }

    private sealed class DeafSession : SocketSession
    {
        protected override bool Discards => true;

        protected override ValueTask OnMessage(ReadOnlySpan<byte> utf8) => throw new InvalidOperationException("deaf");
    }
}
