using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Tests.Backends;

public sealed class FollowerTests
{
    public static TheoryData<Dialect> Dialects => [.. Enum.GetValues<Dialect>()];

    public static TheoryData<Dialect> ChainDialects => [Dialect.Tendermint031, Dialect.Tendermint034, Dialect.CometBft038];

    [Theory, MemberData(nameof(Dialects))]
    public async Task Blocks_are_stored_in_order_and_the_socket_alone_wakes_the_follower(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 20; i++) upstream.Chain.Append(0, 0);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store); // polls once in an hour
        await store.WaitAsync(20);
        await upstream.Connected.WaitAsync();
        for (var i = 21; i <= 30; i++)
        {
            await upstream.CommitAsync(0);
            await store.WaitAsync(i);
        }

        Following.HoldsTheChain(store, upstream.Chain);
        Assert.True(following.Follower.Health is { IsHealthy: true, StoredHeight: 30, Lag: 0, Problem: null, IsListening: true });
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_silent_socket_is_made_up_for_by_the_poll(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Speaks = false;
        var store = new RecordingStore();
        var options = upstream.Options with { PollInterval = TimeSpan.FromSeconds(1) };
        await using var following = await Following.StartAsync(upstream, store, options);
        await upstream.Connected.WaitAsync();
        for (var i = 1; i <= 5; i++)
        {
            await upstream.CommitAsync(0);
            await store.WaitAsync(i);
        }

        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_dropped_socket_is_opened_again_and_what_came_meanwhile_is_found(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        for (var i = 1; i <= 3; i++)
        {
            await upstream.Connected.WaitAsync();
            upstream.DropSockets();
            upstream.Chain.Append(0); // nobody is told
            await store.WaitAsync(i);
        }

        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Fact]
    public async Task A_subscription_that_is_cancelled_with_an_error_is_made_again()
    {
        await using var upstream = await ScriptedUpstream.StartAsync(Dialect.CometBft038);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await upstream.Connected.WaitAsync();
        await upstream.SendAsync(
            ["""{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"Server error","data":"subscription was cancelled"}}"""]);
        Assert.Contains("subscription was cancelled", await following.Log.NextAsync(6404), StringComparison.Ordinal);
        await upstream.Connected.WaitAsync();
        await upstream.CommitAsync(0);
        await store.WaitAsync(1);
    }

    [Theory, MemberData(nameof(ChainDialects))]
    public async Task Rejected_transactions_of_a_block_are_left_out(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(0, 1, 0);
        upstream.Chain.Append(2, 3);
        upstream.Chain.Append();
        upstream.Chain.Append(1, 0);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(4);
        Assert.Equal([2, 0, 0, 1], store.Blocks.Select(block => block.Transactions.Count));
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Empty_heights_are_stored_and_have_hashes(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 5; i++) upstream.Chain.Append();
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(5);
        Assert.All(store.Blocks, block => Assert.Matches("^[0-9a-f]{64}$", block.Hash));
        if (dialect != Dialect.BigchainDb)
            Assert.Equal(store.Blocks.Select(block => upstream.Chain.Find(block.Height)!.Hash), store.Blocks.Select(block => block.Hash));
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_block_of_a_thousand_transactions_comes_whole_and_in_order(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(new int[1000]);
        upstream.Chain.Append(0);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(2);
        Assert.Equal(1000, store.Blocks[0].Transactions.Count);
        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task The_first_height_is_an_option(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 12; i++) upstream.Chain.Append(0);
        var store = new RecordingStore { HeadOverride = (0, "") }; // a genesis of ours is no block of theirs
        await using var following = await Following.StartAsync(upstream, store, upstream.Options with { FirstHeight = 10 });
        await store.WaitAsync(3);
        Following.HoldsTheChain(store, upstream.Chain, first: 10);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_restarted_follower_goes_on_after_the_stored_head(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        var store = new RecordingStore();
        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < 5; i++) upstream.Chain.Append(0);
            await using var following = await Following.StartAsync(upstream, store, upstream.Options with { FirstHeight = 1 });
            await store.WaitAsync(round * 5);
        }

        Following.HoldsTheChain(store, upstream.Chain);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task Another_hash_at_the_stored_head_stops_following_for_good(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 5; i++) upstream.Chain.Append(0);
        var store = new RecordingStore();
        await using (await Following.StartAsync(upstream, store)) await store.WaitAsync(5);
        var before = store.Texts.ToList();

        upstream.Chain.RewriteFrom(4);
        upstream.Chain.Append(0);
        await using var following = await Following.StartAsync(upstream, store);
        await following.EndAsync();
        Assert.True(following.Follower.Health is { State: FollowerState.Stopped, IsHealthy: false, StoredHeight: 5 });
        Assert.Contains("its block 5 has the hash", following.Follower.Health.Problem, StringComparison.Ordinal);
        Assert.Equal(before, store.Texts);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_head_that_went_back_stops_following_when_the_socket_breaks(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        for (var i = 0; i < 5; i++) upstream.Chain.Append(0);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(5);
        await upstream.Connected.WaitAsync();
        upstream.Chain.CutTo(3);
        upstream.DropSockets();
        await following.EndAsync();
        Assert.Equal(FollowerState.Stopped, following.Follower.Health.State);
        Assert.Contains(
            dialect == Dialect.BigchainDb ? "it has no block 5" : "its head is 3, below the stored height 5",
            await following.Log.NextAsync(6403), StringComparison.Ordinal);
        Assert.Equal(5, store.Blocks.Count);
    }

    [Theory, MemberData(nameof(Dialects))]
    public async Task A_head_that_went_back_is_found_by_the_regular_check_while_nothing_else_happens(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(0);
        upstream.Chain.Append(0);
        var store = new RecordingStore();
        var options = upstream.Options with { CheckInterval = TimeSpan.FromSeconds(5), PollInterval = TimeSpan.FromSeconds(1) };
        await using var following = await Following.StartAsync(upstream, store, options);
        await store.WaitAsync(2);
        upstream.Chain.CutTo(1);
        await following.EndAsync();
        Assert.Equal(FollowerState.Stopped, following.Follower.Health.State);
    }

    [Theory, MemberData(nameof(ChainDialects))]
    public async Task A_block_that_follows_another_one_than_ours_stops_following(Dialect dialect)
    {
        await using var upstream = await ScriptedUpstream.StartAsync(dialect);
        upstream.Chain.Append(0);
        upstream.Chain.Append(0);
        var store = new RecordingStore();
        await using var following = await Following.StartAsync(upstream, store);
        await store.WaitAsync(2);
        await upstream.Connected.WaitAsync();
        upstream.Chain.RewriteFrom(2); // no break of the socket, and no check is due
        await upstream.CommitAsync(0);
        await following.EndAsync();
        Assert.Contains("its block 3 follows one with the hash", following.Follower.Health.Problem, StringComparison.Ordinal);
        Assert.Equal(2, store.Blocks.Count);
    }
}
