using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Whatever a client does works whichever node it is connected to.</summary>
public sealed class ClusterTests(NodePair nodes) : IClassFixture<NodePair>
{
    [Fact]
    public async Task The_published_JavaScript_driver_posts_to_one_node_and_reads_from_the_other()
    {
        var lines = await NodeScript.RunAsync("driver.mjs", $"{nodes.First.Main}api/v1/", $"{nodes.Second.Main}api/v1/");

        Assert.Equal(
            ["postTransaction", "postTransactionAsync", "postTransactionSync", "postTransactionCommit",
                "divisible", "lists", "threshold", "search", "floats", "refusals"],
            lines.Where(line => !line.StartsWith('(') && !line.Contains("Warning", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_64_racing_spends_of_one_output_exactly_one_is_taken_whichever_node_they_are_posted_to()
    {
        var owner = Make.Key();
        for (var round = 0; round < 5; round++)
        {
            var coin = await nodes.Nodes[round % 2].CommitAsync(Make.Asset(owner));
            Transaction[] rivals = [.. Enumerable.Range(0, 64).Select(_ => Make.Transfer(coin, 0, owner, Make.Key()))];

            var answers = await Task.WhenAll(rivals.Select((r, i) => nodes.Nodes[i % 2].PostAsync(Make.Text(r))));

            var winner = rivals[Array.FindIndex(answers, a => a.Status == 202)];
            Assert.Single(answers, a => a.Status == 202);
            Assert.All(answers.Where(a => a.Status != 202), a =>
                Assert.Equal((400, $"Invalid transaction (DoubleSpend): input `{coin.Id}` was already spent"), (a.Status, a.Message)));
            foreach (var node in nodes.Nodes)
            {
                Assert.Equal([winner.Id.ToString()],
                    await node.ListAsync($"/api/v1/transactions?asset_id={coin.Id}&operation=TRANSFER", "id"));
            }
        }

        await nodes.ChainAsync();
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Under_load_every_subscriber_gets_every_event_once_and_in_the_order_of_the_blocks(bool postersOnBoth)
    {
        const int posters = 6, each = 30, subscribers = 16;
        var posting = Task.WhenAll(Enumerable.Range(0, posters).Select(async p =>
        {
            var owner = Make.Key();
            for (var i = 0; i < each; i++) await nodes.Nodes[postersOnBoth ? p % 2 : 0].CommitAsync(Make.Asset(owner));
        }));
        var joined = new List<(string? After, long From, Listener Listener)>();
        for (var i = 0; i < subscribers; i++)
        {
            // Where it begins is asked of one node, and it listens to one: the other, or the same.
            var head = await nodes.Nodes[i / 2 % 2].JsonAsync("/api/v1/blocks/latest");
            var height = head.GetProperty("height").GetInt64();
            var last = height == 0 ? null : head.GetProperty("transactions").EnumerateArray().First().GetProperty("id").GetString();
            var after = i % 4 < 2 ? last : null;
            var target = Listener.Transactions + (after is null ? $"?from_height={height * i / subscribers}" : $"?after={after}");
            joined.Add((after, height * i / subscribers, await nodes.Nodes[i % 2].SubscribeAsync(target)));
        }

        await posting;
        var chain = await nodes.ChainAsync();
        foreach (var (after, from, listener) in joined)
        {
            foreach (var (height, id) in after is null ? chain.Where(e => e.Height >= from) : chain.SkipWhile(e => e.Id != after).Skip(1))
            {
                var message = JsonDocument.Parse(await listener.NextAsync()).RootElement;
                Assert.Equal((height, id), (message.GetProperty("height").GetInt64(), message.GetProperty("transaction_id").GetString()));
            }

            Assert.Empty(await listener.UntilPongAsync());
            listener.Dispose();
        }
    }

    [Fact]
    public async Task What_one_node_has_acknowledged_a_subscriber_of_the_other_gets_live_and_resumes_at_either()
    {
        for (var round = 0; round < 10; round++)
        {
            var (poster, other) = (nodes.Nodes[round % 2], nodes.Nodes[1 - round % 2]);
            var before = await poster.CommitAsync(Make.Asset(Make.Key()));
            // It was committed before the handshake, wherever: a subscriber without a cursor does not get it.
            using var live = await other.SubscribeAsync(Listener.Transactions);
            var made = await poster.CommitAssetsAsync(5);
            Assert.Equal(made.Select(m => m.Id.ToString()), await live.IdsAsync(5));
            foreach (var node in nodes.Nodes)
            {
                using var resumed = await node.SubscribeAsync($"{Listener.Transactions}?after={before.Id}");
                Assert.Equal(made.Select(m => m.Id.ToString()), await resumed.IdsAsync(5));
            }
        }
    }

    [Fact]
    public async Task While_a_node_is_started_anew_its_subscribers_go_on_at_the_other_and_then_at_the_new_one()
    {
        await using var pair = await NodePair.StartAsync();
        using var listener = await pair.Second.SubscribeAsync(Listener.Transactions);
        var first = await pair.First.CommitAssetsAsync(3);
        Assert.Equal(first.Select(t => t.Id.ToString()), await listener.IdsAsync(3));

        IReadOnlyList<Transaction> meanwhile = [];
        await pair.RestartAsync(1, async () =>
        {
            meanwhile = await pair.First.CommitAssetsAsync(3);
            using var elsewhere = await pair.First.SubscribeAsync($"{Listener.Transactions}?after={first[^1].Id}");
            Assert.Equal(meanwhile.Select(t => t.Id.ToString()), await elsewhere.IdsAsync(3));
        });
        using var again = await pair.Second.SubscribeAsync($"{Listener.Transactions}?after={first[^1].Id}");
        var afterwards = await pair.First.CommitAssetsAsync(3);
        Assert.Equal(meanwhile.Concat(afterwards).Select(t => t.Id.ToString()), await again.IdsAsync(6));
        Assert.Equal(9, (await pair.ChainAsync()).Count);
    }
}
