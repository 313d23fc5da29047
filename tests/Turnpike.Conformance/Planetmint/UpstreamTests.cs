using System.Text.Json;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;
using Turnpike.Planetmint.Tests.Backends;

namespace Turnpike.Conformance.Planetmint;

/// <summary>A whole node that follows a chain which is played by a script.</summary>
public sealed class UpstreamTests
{
    private const int Rejected = 1;

    public static TheoryData<Dialect> Dialects => [.. Enum.GetValues<Dialect>()];

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_chain_is_followed_from_its_first_height_at_hand_and_streamed_with_its_own_heights(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        var owner = Make.Key();
        var pruned = Make.Asset(owner, 5);
        var first = Make.Transfer(pruned, 0, owner, owner);
        var created = Make.Asset(owner, 3);
        upstream.Chain.AppendTransactions(Scripted(pruned));
        upstream.Chain.AppendTransactions(Scripted(Make.Asset(owner)));
        upstream.Chain.AppendTransactions(Scripted(first), Scripted(created));
        await using var node = await StartAsync(upstream, ("FirstHeight", "3"));

        using var events = await node.SubscribeAsync(Listener.Transactions + "?from_height=0");
        using var blocks = await node.SubscribeAsync(Listener.Blocks + "?from_height=0");
        Assert.Equal(Make.Event(first, 3), await events.NextAsync());
        Assert.Equal(Make.Event(created, 3), await events.NextAsync());
        using var live = await node.SubscribeAsync(Listener.Transactions + $"?asset_id={created.Id}");
        var moved = Make.Transfer(created, 0, owner, Make.Key());
        var block = await upstream.TellAsync(upstream.Chain.AppendTransactions(
            [Scripted(moved), .. dialect is Dialect.BigchainDb or Dialect.Planetmint2 ? []
                : new[] { Scripted(Make.Asset(owner), Rejected) }]));

        foreach (var listener in (Listener[])[events, live]) Assert.Equal(Make.Event(moved, 4), await listener.NextAsync());
        foreach (var (height, ids) in new[] { (3, new[] { first, created }), (4, [moved]) })
        {
            var message = JsonDocument.Parse(await blocks.NextAsync()).RootElement;
            Assert.Equal(height, message.GetProperty("height").GetInt64());
            Assert.Equal(ids.Select(t => t.Id.ToString()),
                message.GetProperty("transaction_ids").EnumerateArray().Select(i => i.GetString()));
            if (dialect == Dialect.Planetmint2) Assert.Equal(upstream.Chain.Find(height)!.Hash, message.GetProperty("hash").GetString());
        }
        Assert.Equal($$"""{"height":4,"transactions":[{{Make.Text(moved)}}]}""", (await node.GetAsync("/api/v1/blocks/latest")).Body);
        Assert.Equal(404, (await node.GetAsync("/api/v1/blocks/2")).Status);
        Assert.Equal("[]", (await node.GetAsync($"/api/v1/outputs?public_key={owner.Owner}&spent=false&after={first.Id}")).Body);
        Assert.Equal(200, (await node.GetAsync("/health/ready")).Status);
        Assert.Equal(4, block.Height);
        Assert.Empty(await node.Database.ReadAsync(ChainAudit.RunAsync, CancellationToken.None));
    }

    [Fact]
    public async Task A_late_first_height_is_streamed_at_once()
    {
        // Asking for each height before it would take hours.
        await using var node = await NodeHost.StartAsync();
        using var listener = await node.SubscribeAsync(Listener.Transactions);
        var made = NodeHost.Read(Make.Text(Make.Asset(Make.Key())));
        var head = new ChainHead(500_000_000, ChainHead.Genesis.Next([made]).Hash);
        Make.Must(await node.Database.CommitAsync<bool>(BlockTable.HeadLock, work =>
        {
            ChainStore.Write(work, new CommittedBlock(head, [made]), DateTimeOffset.UnixEpoch);
            return new(true);
        }, CancellationToken.None));
        Assert.Equal(Make.Event(made, head.Height), await listener.NextAsync());
    }

    [Fact]
    public async Task Posts_are_passed_on_with_their_mode_and_answered_as_the_upstream_answers()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.BigchainDb);
        await using var node = await StartAsync(upstream);
        var made = Make.Asset(Make.Key());
        upstream.OnPost = (path, body) => path.Contains("mode=sync", StringComparison.Ordinal) && body == Make.Text(made)
            ? (202, body)
            : (400, """{"message":"Invalid transaction (Upstream): not this one","status":400}""");

        var taken = await node.PostAsync(Make.Text(made), "?mode=sync");
        Assert.Equal((202, Make.Text(made)), (taken.Status, taken.Body));
        Assert.Equal("*", Assert.Single(taken.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal(404, (await node.GetAsync($"/api/v1/transactions/{made.Id}")).Status);     // until it comes in a block
        var refused = await node.PostAsync(Make.Text(made), "?mode=commit");
        Assert.Equal((400, "Invalid transaction (Upstream): not this one"), (refused.Status, refused.Message));
        Assert.Equal(400, (await node.PostAsync("{}")).Status);

        using var events = await node.SubscribeAsync(Listener.Transactions);
        await upstream.TellAsync(upstream.Chain.AppendTransactions(Scripted(made)));
        Assert.Equal(Make.Event(made, 1), await events.NextAsync());
        Assert.Equal(200, (await node.GetAsync($"/api/v1/transactions/{made.Id}")).Status);
    }

    [Fact]
    public async Task Another_history_ends_the_following_and_the_readiness_but_not_what_is_served()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.Planetmint2);
        var made = Make.Asset(Make.Key());
        upstream.Chain.AppendTransactions(Scripted(made));
        upstream.Chain.AppendTransactions(Scripted(Make.Asset(Make.Key())));
        await using var node = await StartAsync(upstream);
        using var events = await node.SubscribeAsync(Listener.Transactions + "?from_height=0");
        await events.IdsAsync(2);

        upstream.Chain.CutTo(1);
        upstream.Chain.AppendTransactions(Scripted(Make.Asset(Make.Key())));
        using var limit = new CancellationTokenSource(NodeApi.Patience);
        var ready = await node.GetAsync("/health/ready");
        for (; ready.Status != 503; ready = await node.GetAsync("/health/ready")) limit.Token.ThrowIfCancellationRequested();

        Assert.Contains("block 2 has the hash", ready.Body, StringComparison.Ordinal);
        Assert.Equal(2, await node.HeightAsync());
        Assert.Equal(200, (await node.GetAsync($"/api/v1/transactions/{made.Id}")).Status);
    }

    private static Task<NodeHost> StartAsync(ScriptedUpstream upstream, params (string Key, string Value)[] options)
    {
        var kind = upstream.Dialect is Dialect.BigchainDb or Dialect.Planetmint2 ? "Node" : "CometBft";
        (string Key, string Value)[] all = [("Kind", kind), ("Url", upstream.Url), ("PollInterval", "00:00:00.1"),
            ("CheckInterval", "00:00:00.1"), .. options];
        return NodeHost.StartAsync([.. all.Select(o => ("Turnpike:Planetmint:Upstream:" + o.Key, o.Value))]);
    }

    private static ScriptedTransaction Scripted(Transaction transaction, int code = 0) =>
        new(transaction.Id.ToString(), Make.Text(transaction), code);
}
