using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Many at once.</summary>
public sealed class RaceTests
{
    private const string Target = Listener.Transactions;

    [Fact]
    public async Task Of_64_racing_spends_of_one_output_exactly_one_is_taken()
    {
        await using var node = await PlanetmintNode.StartAsync();
        var owner = Make.Key();
        for (var round = 0; round < 3; round++)
        {
            var coin = await node.CommitAsync(Make.Asset(owner));
            Transaction[] rivals = [.. Enumerable.Range(0, 64).Select(_ => Make.Transfer(coin, 0, owner, Make.Key()))];

            var answers = await Task.WhenAll(
                rivals.Select((r, i) => node.PostAsync(Make.Text(r), ((string[])["", "?mode=sync", "?mode=commit"])[i % 3])));

            var winner = rivals[Array.FindIndex(answers, a => a.Status == 202)];
            Assert.Single(answers, a => a.Status == 202);
            Assert.All(answers.Where(a => a.Status != 202), a =>
                Assert.Equal((400, $"Invalid transaction (DoubleSpend): input `{coin.Id}` was already spent"), (a.Status, a.Message)));
            var transfers = await node.ListAsync($"/api/v1/transactions?asset_id={coin.Id}&operation=TRANSFER", "id");
            Assert.Equal([winner.Id.ToString()], transfers);
            foreach (var loser in rivals.Except([winner])) Assert.Equal(404,
                (await node.GetAsync($"/api/v1/transactions/{loser.Id}")).Status);
        }
        await node.CheckBooksAsync();
    }

    [Fact]
    public async Task Of_many_posts_of_the_same_transaction_one_is_taken_and_the_others_are_told_that_it_is_there()
    {
        await using var node = await PlanetmintNode.StartAsync();
        var made = Make.Asset(Make.Key());

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => node.PostAsync(Make.Text(made))));

        Assert.Single(answers, a => a.Status == 202);
        Assert.All(answers.Where(a => a.Status != 202), a =>
            Assert.Equal((400, $"Invalid transaction (DuplicateTransaction): transaction `{made.Id}` already exists"),
                (a.Status, a.Message)));
        Assert.Equal(1, await node.HeightAsync());
    }

    [Fact]
    public async Task Under_load_every_subscriber_gets_every_event_once_and_in_the_order_of_the_blocks_wherever_it_begins()
    {
        const int posters = 6, each = 60, subscribers = 20;
        await using var node = await PlanetmintNode.StartAsync("Turnpike:Sockets:OutboxBytes=8192", "Turnpike:Sockets:RecentBytes=100000");
        var posting = Task.WhenAll(Enumerable.Range(0, posters).Select(async _ =>
        {
            var owner = Make.Key();
            for (var i = 0; i < each; i++) await node.CommitAsync(Make.Asset(owner));
        }));
        var joined = new List<(long? From, string? After, Listener Listener)>();
        for (var i = 0; i < subscribers; i++)
        {
            var head = await node.JsonAsync("/api/v1/blocks/latest");
            var height = head.GetProperty("height").GetInt64();
            var last = height == 0 ? null : head.GetProperty("transactions").EnumerateArray().First().GetProperty("id").GetString();
            long? from = last is null || i % 2 == 0 ? height * i / subscribers + (i % 5 == 0 ? 2 : 0) : null;
            joined.Add((from, from is null ? last : null, await node.SubscribeAsync(
                Target + (from is null ? $"?after={last}" : $"?from_height={from}") + (i % 3 == 0 ? "&include=transaction" : ""),
                    i % 4 == 0)));
        }
        await posting;

        var chain = await node.ChainAsync();
        Assert.Equal(posters * each, chain.Count);
        Assert.Equal(chain.Count, chain.Distinct().Count());
        foreach (var (from, after, listener) in joined)
        {
            var wanted = from is null ? chain.SkipWhile(e => e.Id != after).Skip(1) : chain.Where(e => e.Height >= from);
            foreach (var (height, id) in wanted)
            {
                var message = JsonDocument.Parse(await listener.NextAsync()).RootElement;
                Assert.Equal((height, id), (message.GetProperty("height").GetInt64(), message.GetProperty("transaction_id").GetString()));
            }
            Assert.Empty(await listener.UntilPongAsync());
            listener.Dispose();
        }
        await node.CheckBooksAsync();
    }
}
