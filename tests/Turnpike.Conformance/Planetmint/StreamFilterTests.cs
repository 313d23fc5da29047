using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Filters, alone and together, replayed and live, on both streams.</summary>
public sealed class StreamFilterTests : IClassFixture<NodeHost>, IAsyncLifetime
{
    private readonly NodeHost _node;
    private readonly OwnerKeyPair[] _keys = [Make.Key(), Make.Key(), Make.Key()];
    private readonly Transaction[] _chain;
    private long _first;

    public StreamFilterTests(NodeHost node)
    {
        _node = node;
        var (alice, bob, carol) = (_keys[0], _keys[1], _keys[2]);
        var coin = Make.Asset(alice, 10);                                                              // 0: by and for alice
        var shared = Make.Asset(bob,
            [new NewOutput(1, ConditionDetails.Of(2, alice.Owner, bob.Owner, carol.Owner))]);  // 1: by bob, for all
        var paid = Make.Transfer(coin, [0], alice, [new NewOutput(4, bob.Owner), new NewOutput(6, alice.Owner)]);       // 2
        var other = Make.Asset(carol);                                                                 // 3: carol alone
        var handed = Make.Transfer(paid, 0, bob, carol);                                               // 4: bob to carol
        _chain = [coin, shared, paid, other, handed];
    }

    public static TheoryData<string, int[]> Filters => new()
    {
        { "", [0, 1, 2, 3, 4] },
        { "public_key={alice}", [0, 1, 2] },
        { "public_key={bob}", [1, 2] },
        { "public_key={carol}", [1, 3, 4] },
        { "involves={alice}", [0, 1, 2] },
        { "involves={bob}", [1, 2, 4] },
        { "public_key={alice}&public_key={carol}", [0, 1, 2, 3, 4] },
        { "public_key={alice},{bob}", [0, 1, 2] },
        { "asset_id={0}", [0, 2, 4] },
        { "asset_id={1},{3}", [1, 3] },
        { "operation=CREATE", [0, 1, 3] },
        { "operation=transfer", [2, 4] },
        { "operation=CREATE,TRANSFER", [0, 1, 2, 3, 4] },
        { "operation=TRANSFER&asset_id={0}&public_key={carol}", [4] },
        { "operation=TRANSFER&involves={bob}", [2, 4] },
        { "asset_id={0}&involves={carol}", [4] },
        { "asset_id={3}&involves={alice}", [] },
    };

    public async Task InitializeAsync()
    {
        // What others committed on this node before is not asked for, but is there.
        _first = await _node.HeightAsync() + 1;
        await _node.CommitBlockAsync(_chain[0], _chain[1]);
        await _node.CommitBlockAsync(_chain[2]);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, MemberData(nameof(Filters))]
    public async Task A_filter_leaves_out_what_does_not_pass_in_the_replay_and_live(string filter, int[] wanted)
    {
        using var replay = await _node.SubscribeAsync($"{Listener.Transactions}?{Fill(filter)}&from_height={_first}");
        using var live = await _node.SubscribeAsync($"{Listener.Transactions}?{Fill(filter)}");
        using var blocks = await _node.SubscribeAsync($"{Listener.Blocks}?{Fill(filter)}&from_height={_first}");
        await _node.CommitBlockAsync(_chain[3], _chain[4]);
        var last = await EndAsync(filter);

        foreach (var index in wanted) Assert.Equal(Make.Event(_chain[index], HeightOf(index)), await replay.NextAsync());
        foreach (var index in wanted.Where(i => i > 2)) Assert.Equal(Make.Event(_chain[index], HeightOf(index)), await live.NextAsync());
        foreach (var block in wanted.GroupBy(HeightOf))
        {
            var message = JsonDocument.Parse(await blocks.NextAsync()).RootElement;
            Assert.Equal(block.Key, message.GetProperty("height").GetInt64());
            Assert.Equal(
                block.Select(i => _chain[i].Id.ToString()),
                    message.GetProperty("transaction_ids").EnumerateArray().Select(t => t.GetString()));
        }
        foreach (var listener in (Listener[])[replay, live])
        {
            if (last is not null) Assert.Equal(last, await listener.NextAsync());
            Assert.Empty(await listener.UntilPongAsync());
        }
        if (last is not null) await blocks.NextAsync();
        Assert.Empty(await blocks.UntilPongAsync());
    }

    /// <summary>Commits what concerns nobody, and waits until it was published.</summary>
    /// <returns>Its message, if it passes the filter.</returns>
    private async Task<string?> EndAsync(string filter)
    {
        var stranger = Make.Asset(Make.Key());
        using var witness = await _node.SubscribeAsync(Listener.Transactions);
        var message = Make.Event(stranger, await _node.CommitBlockAsync(stranger));
        Assert.Equal(message, await witness.NextAsync());
        return filter is "" or "operation=CREATE" or "operation=CREATE,TRANSFER" ? message : null;
    }

    private long HeightOf(int index) => _first + (index < 2 ? 0 : index == 2 ? 1 : 2);

    private string Fill(string filter)
    {
        for (var i = 0; i < _chain.Length; i++) filter = filter.Replace($"{{{i}}}", _chain[i].Id.ToString(), StringComparison.Ordinal);
        foreach (var (name, key) in new[] { "alice", "bob", "carol" }.Zip(_keys))
            filter = filter.Replace($"{{{name}}}", key.Owner.ToString(), StringComparison.Ordinal);
        return filter;
    }
}
