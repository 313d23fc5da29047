using System.Diagnostics;
using System.Text.Json;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Planetmint.Wire;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Subscribers that do not read, and such that vanish: what it costs the others, and what becomes of them.</summary>
public sealed class SlowReaderTests
{
    private const int SmallBuffer = 4096;

    private static readonly (string, string)[] s_small =
        [("Turnpike:Sockets:OutboxBytes", "16384"), ("Turnpike:Sockets:RecentBytes", "65536"), ("Turnpike:Sockets:MaxLagEvents", "100000")];

    [Fact]
    public async Task A_subscriber_that_does_not_read_delays_nobody_and_gets_everything_when_it_reads_again()
    {
        await using var node = await NodeHost.StartAsync(s_small);
        using var deaf = await node.SubscribeAsync(Listener.Transactions + "?include=transaction", receiveBuffer: SmallBuffer);
        using var deafToBlocks = await node.SubscribeAsync(Listener.Blocks, receiveBuffer: SmallBuffer);
        using var other = await node.SubscribeAsync(Listener.Transactions);
        var all = new List<(string Id, long Height)>();
        var slowest = TimeSpan.Zero;
        for (var block = 0; block < 60; block++)
        {
            var transactions = Block(60);
            var height = await node.CommitBlockAsync(transactions);
            var started = Stopwatch.GetTimestamp();
            foreach (var transaction in transactions) Assert.Equal(Make.Event(transaction, height), await other.NextAsync());
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            all.AddRange(transactions.Select(t => (t.Id.ToString(), height)));
        }

        Assert.True(slowest < TimeSpan.FromSeconds(5), $"a block took {slowest}");      // a stalled reader is waited for 30 s
        foreach (var (id, height) in all)
        {
            var message = JsonDocument.Parse(await deaf.NextAsync()).RootElement;
            Assert.Equal((id, height), (message.GetProperty("transaction_id").GetString(), message.GetProperty("height").GetInt64()));
            Assert.Equal(id, message.GetProperty("transaction").GetProperty("id").GetString());
        }
        for (var height = 1; height <= 60; height++)
            Assert.Equal(height, JsonDocument.Parse(await deafToBlocks.NextAsync()).RootElement.GetProperty("height").GetInt64());
        var last = Make.Asset(Make.Key());
        var end = await node.CommitBlockAsync(last);
        Assert.Equal(last.Id.ToString(), await deaf.NextIdAsync());
        Assert.Equal(Make.Event(last, end), await other.NextAsync());
    }

    [Fact]
    public async Task A_subscriber_that_lags_too_far_is_closed_with_the_place_to_resume_at_and_misses_nothing_by_it()
    {
        const int eventBytes = 20_000, enough = 12_000_000;     // more than the system takes from a sender whose peer does not read
        await using var node = await NodeHost.StartAsync([.. s_small[..2], ("Turnpike:Sockets:MaxLagEvents", "100")]);
        var query = Listener.Transactions + "?include=transaction";
        using var deaf = await node.SubscribeAsync(query, receiveBuffer: SmallBuffer);
        using var other = await node.SubscribeAsync(Listener.Transactions);
        var all = new List<string>();
        while (all.Count * eventBytes < enough)
        {
            var transactions = Block(20, eventBytes);
            var height = await node.CommitBlockAsync(transactions);
            foreach (var transaction in transactions) Assert.Equal(Make.Event(transaction, height), await other.NextAsync());
            all.AddRange(transactions.Select(t => t.Id.ToString()));
        }

        var (messages, code, reason) = await deaf.UntilClosedAsync();
        var seen = messages.Select(Id).ToList();
        Assert.Equal((1013, $"slow consumer; resume with after={seen[^1]}"), (code, reason));
        Assert.True(seen.Count < all.Count);

        using var resumed = await node.SubscribeAsync($"{query}&{reason.Split(' ')[^1]}");
        while (seen.Count < all.Count) seen.Add(Id(await resumed.NextAsync()));
        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task The_place_to_resume_at_is_told_as_each_stream_takes_it()
    {
        await using var node = await NodeHost.StartAsync();
        var log = new ChainLog(node.Database);
        var transactions = StreamEncodings.Of(new StreamParameters { Kind = StreamKind.Transactions });
        var blocks = StreamEncodings.Of(new StreamParameters { Kind = StreamKind.Blocks });
        var (first, second) = (Block(3), Block(2));
        await node.CommitBlockAsync(first);
        await node.CommitBlockAsync(second);

        foreach (var (place, after, height) in new (ChainPosition, string, string)[]
        {
            (ChainPosition.Start, "from_height=0", "from_height=0"),
            (ChainPosition.EndOf(0), "from_height=0", "after=0"),
            (ChainPosition.Of(1, 0), $"after={first[0].Id}", "after=0"),
            (ChainPosition.Of(1, 2), $"after={first[2].Id}", "after=0"),
            (ChainPosition.EndOf(1), $"after={first[2].Id}", "after=1"),
            (ChainPosition.EndOf(2), $"after={second[1].Id}", "after=2"),
        })
        {
            Assert.Equal(after, await log.ResumeHintAsync(transactions, place.Value, CancellationToken.None));
            Assert.Equal(height, await log.ResumeHintAsync(blocks, place.Value, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Subscribers_that_vanish_in_the_middle_of_a_block_take_nothing_from_the_others()
    {
        await using var node = await NodeHost.StartAsync(s_small);
        var stay = new List<Listener>();
        for (var i = 0; i < 10; i++) stay.Add(await node.SubscribeAsync(Listener.Transactions));
        var all = new List<string>();
        for (var round = 0; round < 15; round++)
        {
            var vanishing = new List<Listener>();
            for (var i = 0; i < 8; i++)
                vanishing.Add(await node.SubscribeAsync(Listener.Transactions + (i % 2 == 0 ? "?from_height=0" : "?include=transaction"),
                    receiveBuffer: SmallBuffer));
            var transactions = Block(40);
            var height = await node.CommitBlockAsync(transactions);
            foreach (var one in vanishing)
            {
                await one.NextAsync();
                one.Reset();
            }
            all.AddRange(transactions.Select(t => Make.Event(t, height)));
        }

        foreach (var listener in stay)
        {
            foreach (var message in all) Assert.Equal(message, await listener.NextAsync());
            Assert.Empty(await listener.UntilPongAsync());
            listener.Dispose();
        }
    }

    private static Transaction[] Block(int size, int bytes = 0)
    {
        var owner = Make.Key();
        return [.. Enumerable.Range(0, size).Select(_ =>
            Make.Asset(owner, data: $$"""{"u":"{{Make.Word()}}","filling":"{{new string('x', bytes)}}"}"""))];
    }

    private static string Id(string message) => JsonDocument.Parse(message).RootElement.GetProperty("transaction_id").GetString()!;
}
