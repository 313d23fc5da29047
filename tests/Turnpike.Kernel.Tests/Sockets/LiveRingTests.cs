using Turnpike.Kernel.Sockets;

namespace Turnpike.Kernel.Tests.Sockets;

/// <summary>What is special about members that are served by a walker from what they share, not from their outboxes.</summary>
public sealed class LiveRingTests
{
    private const int Members = 10;
    private static readonly (string, string) s_byWalker = ("SendHereUpTo", "0");

    [Fact]
    public async Task What_a_session_sends_comes_after_what_was_published_before()
    {
        const int rounds = 100;
        await using var hub = await HubHost.StartAsync(options: s_byWalker);
        var clients = await JoinAsync(hub);
        for (var round = 0; round < rounds; round++)
        {
            await hub.PublishAsync(3);
            foreach (var session in hub.Subscribers) Assert.True(session.Send("mark"u8));
        }
        foreach (var client in clients)
        {
            for (var round = 0; round < rounds; round++)
            {
                await HubHost.ReadNumbersAsync(client, HubHost.Range((round * 3) + 1, (round * 3) + 3));
                Assert.Equal("mark", (await client.ReadDataAsync()).Text);
            }
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_closes_or_leaves_has_had_what_was_published_before()
    {
        await using var hub = await HubHost.StartAsync(options: s_byWalker);
        var clients = await JoinAsync(hub);
        for (var i = 0; i < 20; i++) await hub.PublishAsync(5);
        foreach (var session in hub.Subscribers) session.Close(1000, "enough");
        await hub.PublishAsync(5);
        foreach (var client in clients)
        {
            await HubHost.ReadNumbersAsync(client, HubHost.Range(1, 100));
            Assert.Equal((1000, "enough"), await ReadCloseAsync(client));
            await client.DisposeAsync();
        }
    }

    /// <summary>Members leave while others have their turn; nobody is passed over.</summary>
    [Fact]
    public async Task Who_leaves_takes_nobody_elses_turn()
    {
        await using var hub = await HubHost.StartAsync(options: s_byWalker);
        var clients = await JoinAsync(hub);
        var sessions = hub.Subscribers.ToArray();
        var left = 0L;
        for (var i = 0; i < Members - 1; i++)
        {
            for (var n = 0; n < 50; n++) await hub.PublishAsync(1);
            sessions[i].Close(1000, "");
            left += 50;
        }
        for (var n = 0; n < 50; n++) await hub.PublishAsync(1);
        await HubHost.ReadNumbersAsync(clients[^1], HubHost.Range(1, left + 50));
        foreach (var client in clients) await client.DisposeAsync();
    }

    /// <summary>A change of 300 kB is more than a walker puts together, and 200 of them are more than its window.</summary>
    [Fact]
    public async Task A_change_may_be_larger_than_what_leaves_in_one_send()
    {
        await using var hub = await HubHost.StartAsync(options: [s_byWalker, ("PublishAheadEvents", "1000")]);
        var clients = await JoinAsync(hub, "?padding=3000");
        var readers = clients.Select(client => HubHost.ReadNumbersAsync(client, HubHost.Range(1, 2000))).ToArray();
        for (var i = 0; i < 100; i++) await hub.PublishAsync(i % 2 == 0 ? 39 : 1);
        await Task.WhenAll(readers);
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task A_publisher_waits_for_the_slowest_ring_and_until_a_quarter_of_its_window_is_free()
    {
        using var walkers = new Walkers(new SocketOptions { PublishAheadEvents = 8 });
        var publications = Enumerable.Range(0, 8).Select(_ => walkers.Publish(1)).ToArray();
        await walkers.WhenRoomAsync();
        var last = walkers.Publish(1);
        var room = walkers.WhenRoomAsync().AsTask();
        last.Begin();
        last.Done();
        publications[0].Done();
        publications[1].Done();
        Assert.False(room.IsCompleted);
        last.Done();
        await room;
    }

    [Fact]
    public async Task An_encoding_that_throws_closes_its_group_and_holds_nobody_back()
    {
        await using var hub = await HubHost.StartAsync(options: [s_byWalker, ("PublishAheadEvents", "0")]);
        var clients = await JoinAsync(hub);
        foreach (var session in hub.Subscribers.Take(2)) hub.Topic.Join(session, new Broken());
        await hub.PublishAsync(2);
        await hub.PublishAsync(2);
        foreach (var client in clients[2..]) await HubHost.ReadNumbersAsync(client, HubHost.Range(1, 4));
        foreach (var client in clients[..2])
        {
            await HubHost.ReadNumbersAsync(client, [1, 2]);         // of the other group, before the close
            Assert.Equal((1011, "internal error"), await ReadCloseAsync(client));
        }
        foreach (var client in clients) await client.DisposeAsync();
    }

    private sealed record Broken : IEncoding<Block>
    {
        public IReadOnlyList<TopicKey> Keys => [];

        public void Encode(Block change, long after, FrameWriter frames) => throw new NotSupportedException();
    }

    /// <summary>One after another, so that the clients are in the order of the sessions.</summary>
    private static async Task<RawClient[]> JoinAsync(HubHost hub, string query = "")
    {
        var clients = new RawClient[Members];
        for (var i = 0; i < Members; i++) clients[i] = await hub.JoinAsync(query);
        return clients;
    }

    private static async Task<(int Code, string Reason)> ReadCloseAsync(RawClient client)
    {
        var frame = await client.ReadDataAsync();
        Assert.Equal(8, frame.Opcode);
        return (frame.CloseCode, frame.CloseReason);
    }
}
