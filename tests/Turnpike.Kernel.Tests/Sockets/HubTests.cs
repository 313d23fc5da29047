using System.Text;
using Turnpike.Kernel.Sockets;
using Turnpike.Tests;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>Topics: live, replay, the seam between, slow readers, groups.</summary>
public sealed class HubTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Subscribers_get_what_happens_from_the_handshake_on(bool tls)
    {
        await using var hub = await HubHost.StartAsync(committed: 3);
        var from = hub.Log.Head + 1;
        await using var one = await hub.JoinAsync(tls: tls);
        await using var two = await hub.JoinAsync("?after=" + hub.Log.Head, tls);
        await hub.PublishAsync(5);
        await hub.PublishAsync(1);
        foreach (var client in (RawClient[])[one, two]) await HubHost.ReadNumbersAsync(client, HubHost.Range(from, from + 5));
    }

    [Fact]
    public async Task A_replay_comes_before_what_is_live_and_says_when_it_is_done()
    {
        await using var hub = await HubHost.StartAsync(committed: 200);
        var head = hub.Log.Head;
        await using var client = await hub.JoinAsync("?after=7&tell=1");
        await HubHost.ReadNumbersAsync(client, HubHost.Range(8, head));
        Assert.Equal($"caught up {head}", (await client.ReadDataAsync()).Text);
        await hub.PublishAsync(3);
        await HubHost.ReadNumbersAsync(client, HubHost.Range(head + 1, head + 3));
    }

    [Fact]
    public async Task A_cursor_beyond_the_head_waits_for_it()
    {
        await using var hub = await HubHost.StartAsync();
        await using var middle = await hub.JoinAsync("?after=7&tell=1");
        await using var edge = await hub.JoinAsync("?after=10");
        Assert.Equal("caught up 0", (await middle.ReadDataAsync()).Text);
        for (var i = 0; i < 4; i++) await hub.PublishAsync(5);
        await HubHost.ReadNumbersAsync(middle, HubHost.Range(8, 20));
        await HubHost.ReadNumbersAsync(edge, HubHost.Range(11, 20));
    }

    [Fact]
    public async Task Equal_encodings_are_one_group_and_keys_choose_what_it_gets()
    {
        await using var hub = await HubHost.StartAsync();
        var clients = new List<(RawClient Client, string? Colour)>();
        foreach (var colour in (string?[])[null, null, "red", "red", "blue"])
            clients.Add((await hub.JoinAsync("?padding=3" + (colour is null ? "" : "&colour=" + colour)), colour));
        for (var i = 0; i < 10; i++) await hub.PublishAsync(1);      // 1 to 10, one a block
        foreach (var (client, colour) in clients)
        {
            await HubHost.ReadNumbersAsync(client, HubHost.Range(1, 9).Where(n => colour is null || Block.ColourOf(n) == colour));
            await client.DisposeAsync();
        }
        Assert.Equal(10, new Numbers(null, 3).Encoded);
        Assert.Equal(3, new Numbers("red", 3).Encoded);
        Assert.Equal(3, new Numbers("blue", 3).Encoded);
        await hub.PublishAsync(1);
    }

    [Fact]
    public async Task A_change_is_not_published_twice()
    {
        await using var hub = await HubHost.StartAsync();
        await using var client = await hub.JoinAsync();
        var block = hub.Log.Commit(2);
        await hub.Topic.PublishAsync(block);
        await hub.Topic.PublishAsync(block);
        await hub.PublishAsync(1);
        await HubHost.ReadNumbersAsync(client, [1, 2, 3]);
    }

    [Theory, InlineData(false, 32 << 20, 4), InlineData(true, 32 << 20, 4), InlineData(false, 0, 4), InlineData(false, 32 << 20, 0),
        InlineData(true, 0, 0)]
    public async Task A_stalled_reader_goes_on_from_the_log_and_costs_others_nothing(bool tls, int recentBytes, int sendHere)
    {
        await using var hub = await HubHost.StartAsync(true, 0, null, ("OutboxBytes", "65536"), ("RecentBytes", $"{recentBytes}"),
            ("SendHereUpTo", $"{sendHere}"));
        await using var stalled = await hub.JoinAsync("?padding=1000", tls, receiveBuffer: 4096);
        await using var other = await hub.JoinAsync("?padding=900", tls);
        const int blocks = 2500;
        var reading = HubHost.ReadNumbersAsync(other, HubHost.Range(1, blocks * 5));
        for (var i = 0; i < blocks; i++)
        {
            await hub.PublishAsync(5);
            if (i % 50 == 0) await Task.Yield();
        }
        await reading;
        await HubHost.ReadNumbersAsync(stalled, HubHost.Range(1, blocks * 5));      // 12.5 MB: nothing is lost, nothing comes twice
        await hub.PublishAsync(2);
        await HubHost.ReadNumbersAsync(stalled, HubHost.Range((blocks * 5) + 1, (blocks * 5) + 2));
        await HubHost.ReadNumbersAsync(other, HubHost.Range((blocks * 5) + 1, (blocks * 5) + 2));
        Assert.Equal(recentBytes == 0, hub.Log.Reads > 0);
    }

    [Fact]
    public async Task A_node_that_lost_its_place_sends_its_clients_away_and_begins_at_the_new_head()
    {
        await using var hub = await HubHost.StartAsync(committed: 10);
        await using var live = await hub.JoinAsync();
        await using var ahead = await hub.JoinAsync("?after=1000000");
        await hub.PublishAsync(2);
        var missed = hub.Log.Head;
        await HubHost.ReadNumbersAsync(live, HubHost.Range(missed - 1, missed));
        for (var i = 0; i < 3; i++) hub.Log.Commit(5);      // committed by others, and never brought here

        hub.Topic.StartAnew(hub.Log.Head);
        hub.Host.Hub.PlaceLost();
        foreach (var client in (RawClient[])[live, ahead])
        {
            var frame = await client.ReadDataAsync();
            Assert.Equal((8, 1012, "this node lost its place; resume"), (frame.Opcode, frame.CloseCode, frame.CloseReason));
        }

        await using var resumed = await hub.JoinAsync($"?after={missed}");
        await HubHost.ReadNumbersAsync(resumed, HubHost.Range(missed + 1, hub.Log.Head));
        await hub.PublishAsync(1);
        Assert.Equal(hub.Log.Head, await HubHost.ReadNumberAsync(resumed));
    }

    [Fact]
    public async Task Without_a_log_a_slow_reader_is_closed_with_1013()
    {
        await using var hub = await HubHost.StartAsync(hasLog: false, 0, null, ("OutboxBytes", "65536"));
        await using var client = await hub.JoinAsync("?padding=1000", receiveBuffer: 4096);
        Assert.True(hub.Subscribers.TryPeek(out var session));
        while (session.IsOpen) await hub.PublishAsync(5);
        long last = 0;
        while (true)
        {
            var frame = await client.ReadDataAsync();
            if (frame.Opcode == 8)
            {
                Assert.Equal((1013, "slow consumer"), (frame.CloseCode, frame.CloseReason));
                break;
            }
            Assert.Equal(++last, long.Parse(frame.Text.Trim(), System.Globalization.CultureInfo.InvariantCulture));
        }
        await client.DisposeAsync();
        Assert.Equal(1013, (await session.Closed).Code);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_for_30_seconds_is_closed_with_1013()
    {
        var clock = new ManualTimeProvider();
        await using var hub = await HubHost.StartAsync(true, 0, clock, ("OutboxBytes", "65536"));
        await using var client = await hub.JoinAsync("?padding=1000", receiveBuffer: 4096);
        Assert.True(hub.Subscribers.TryPeek(out var session));
        for (var i = 0; i < 400; i++) await hub.PublishAsync(50);       // 20 MB, more than any socket's buffers
        while (!session.Outbox.IsAwaited) await Task.Yield();
        clock.Advance(TimeSpan.FromSeconds(31));
        while (session.IsOpen) await Task.Yield();
        Assert.False(session.Closed.IsCompleted);       // it has 5 s more for what is queued
        clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(1013, (await session.Closed).Code);
        Assert.Matches("^slow consumer; resume with after=\\d+$", (await session.Closed).Reason);
    }

    [Fact]
    public async Task A_reader_that_was_live_and_lags_too_far_is_closed_with_1013_and_told_where_it_is()
    {
        await using var hub = await HubHost.StartAsync(true, 0, null, ("OutboxBytes", "65536"), ("MaxLagEvents", "5000"));
        await using var client = await hub.JoinAsync("?padding=1000", receiveBuffer: 4096);
        Assert.True(hub.Subscribers.TryPeek(out var session));
        while (!session.Outbox.IsAwaited) await hub.PublishAsync(50);
        for (var i = 0; i < 200; i++) await hub.PublishAsync(50);
        for (long next = 1; ; next++)
        {
            var frame = await client.ReadDataAsync();
            if (frame.Opcode == 8)
            {
                Assert.Equal((1013, $"slow consumer; resume with after={next - 1}"), (frame.CloseCode, frame.CloseReason));
                break;
            }
            Assert.Equal(next, long.Parse(frame.Text.Trim(), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task The_place_to_resume_at_is_told_in_the_words_of_what_the_reader_subscribed_to()
    {
        var clock = new ManualTimeProvider();
        await using var hub = await HubHost.StartAsync(true, 0, clock, ("OutboxBytes", "65536"));
        await using var client = await hub.JoinAsync("?colour=red&padding=1000", receiveBuffer: 4096);
        Assert.True(hub.Subscribers.TryPeek(out var session));
        while (!session.Outbox.IsAwaited) await hub.PublishAsync(50);
        clock.Advance(TimeSpan.FromSeconds(31));        // not further: after 60 s without a word it would be taken for dead
        while (session.IsOpen) await Task.Yield();
        await SessionTests.AdvanceUntilAsync(clock, TimeSpan.FromSeconds(10), session.Closed);
        Assert.Matches("^slow consumer; resume with after=red\\d+$", (await session.Closed).Reason);
    }

    [Fact]
    public async Task Every_event_once_and_in_order_wherever_and_whenever_one_joins()
    {
        await using var hub = await HubHost.StartAsync(true, 300, null, ("OutboxBytes", "16384"), ("RecentBytes", "200000"));
        var cursors = Enumerable.Range(0, 40).Select(i => i * 7919 % 2000);      // from the log's beginning to far beyond its head
        var done = false;
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; !Volatile.Read(ref done); i++) await hub.PublishAsync(1 + (i % 7));
        });
        var joiners = cursors.Select(async (after, i) =>
        {
            await using var client = await hub.JoinAsync($"?after={after}&padding={i % 3 * 100}", tls: i % 8 == 0);
            await HubHost.ReadNumbersAsync(client, HubHost.Range(after + 1, after + 4000));
        });
        await Task.WhenAll(joiners);
        Volatile.Write(ref done, true);
        await publishing;
    }

    [Fact]
    public async Task Clients_that_vanish_during_a_pass_cost_others_nothing()
    {
        await using var hub = await HubHost.StartAsync();
        await using var steady = await hub.JoinAsync();
        var reading = HubHost.ReadNumbersAsync(steady, HubHost.Range(1, 3000));
        for (var round = 0; round < 30; round++)
        {
            var leaving = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => hub.JoinAsync()));
            for (var i = 0; i < 100; i++)
            {
                await hub.PublishAsync(1);
                if (i % 10 != 5) continue;
                if (i % 20 == 5) leaving[i / 10].Reset();
                else await leaving[i / 10].DisposeAsync();
            }
        }
        await reading;
        await Task.WhenAll(hub.Subscribers.Skip(1).Select(s => s.Closed)).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task The_event_stream_is_the_same_subscription()
    {
        var clock = new ManualTimeProvider();
        await using var hub = await HubHost.StartAsync(committed: 3, clock: clock);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{hub.Host.Port}") };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/topic?after=0&colour=red&tell=1");
        request.Headers.Add("Last-Event-ID", "3");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("no", answer.Headers.GetValues("X-Accel-Buffering").Single());
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(), Encoding.UTF8);
        await ExpectAsync(reader, "retry: 2000", "", "id: 6", "data: 6", "", "data: caught up 6", "");
        await hub.PublishAsync(3);
        await ExpectAsync(reader, "id: 9", "data: 9", "");
        clock.Advance(TimeSpan.FromSeconds(15.5));
        await ExpectAsync(reader, ":", "");
        await hub.Host.Server.DrainAsync(CancellationToken.None);
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Shutdown_sends_what_is_queued_and_then_1001()
    {
        var hub = await HubHost.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => hub.JoinAsync("?padding=500", tls: i % 4 == 0)));
        for (var i = 0; i < 20; i++) await hub.PublishAsync(50);
        var stopping = hub.Host.StopAsync();
        await Task.WhenAll(clients.Select(async client =>
        {
            await HubHost.ReadNumbersAsync(client, HubHost.Range(1, 1000));
            var close = await client.ReadDataAsync();
            Assert.Equal((8, 1001, "the server shuts down"), (close.Opcode, close.CloseCode, close.CloseReason));
            await client.SendAsync(RawClient.CloseFrame(1001));
            Assert.Empty(await client.ReadToEndAsync());
            await client.DisposeAsync();
        }));
        await stopping;
        await hub.DisposeAsync();
        foreach (var session in hub.Subscribers)
            Assert.Equal(new CloseStatus(1001, "the server shuts down", ByPeer: false), await session.Closed);
    }

    [Fact]
    public async Task A_server_that_shuts_down_takes_nobody_in()
    {
        await using var hub = await HubHost.StartAsync();
        await using var client = await hub.JoinAsync();
        var draining = hub.Host.Server.DrainAsync(CancellationToken.None);
        await using var late = await hub.Host.ConnectAsync();
        await late.SendAsync(RawClient.Head("/topic"));
        var (head, _) = await late.ReadAnswerAsync();
        Assert.StartsWith("HTTP/1.1 503 ", head);
        Assert.Contains("Retry-After: 5", head);
        Assert.Equal(1001, (await client.ReadDataAsync()).CloseCode);
        await client.SendAsync(RawClient.CloseFrame(1001));
        await draining;
    }

    [Fact]
    public async Task A_cursor_in_the_past_needs_a_log()
    {
        await using var hub = await HubHost.StartAsync(hasLog: false, committed: 3);
        await using var client = await hub.JoinAsync("?after=0");
        Assert.Equal(1011, (await client.ReadDataAsync()).CloseCode);
    }

    private static async Task ExpectAsync(StreamReader reader, params string[] lines)
    {
        foreach (var line in lines) Assert.Equal(line, await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));
    }
}
