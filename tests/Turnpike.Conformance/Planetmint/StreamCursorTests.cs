using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Where a subscription begins.</summary>
public abstract class StreamCursorTests(SqlDialect store) : IAsyncLifetime
{
    public sealed class OnSqlite() : StreamCursorTests(SqlDialect.Sqlite);

    public sealed class OnPostgres() : StreamCursorTests(SqlDialect.Postgres);

    private readonly List<(Transaction Transaction, long Height)> _all = [];
    private NodeHost _node = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeHost.StartAsync(store);
        foreach (var size in (int[])[3, 1, 2]) await CommitAsync(size);
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData(0, 0), InlineData(1, 0), InlineData(2, 3), InlineData(3, 4)]
    public async Task From_a_height_everything_of_that_height_and_above_comes(long height, int skipped)
    {
        foreach (var port in (bool[])[false, true])
        {
            using var listener = await _node.SubscribeAsync($"{Listener.Transactions}/?from_height={height}", onMainPort: port);
            await ExpectAsync(listener, skipped);
            await CommitAsync(2);
            await ExpectAsync(listener, _all.Count - 2);
        }
    }

    [Fact]
    public async Task After_a_transaction_comes_the_next_one_wherever_in_its_block_it_is()
    {
        for (var i = 0; i < 6; i++)
        {
            using var listener = await _node.SubscribeAsync($"{Listener.Transactions}?after={_all[i].Transaction.Id}");
            await ExpectAsync(listener, i + 1);
            await CommitAsync(1);
            await ExpectAsync(listener, _all.Count - 1);
        }
    }

    [Fact]
    public async Task After_a_height_comes_the_next_block()
    {
        for (var height = 0; height <= 3; height++)
        {
            using var listener = await _node.SubscribeAsync($"{Listener.Blocks}?after={height}&caught_up=true");
            for (var next = height + 1; next <= 3; next++) Assert.StartsWith($$"""{"height":{{next}},"hash":""",
                await listener.NextAsync(), StringComparison.Ordinal);
            Assert.Equal("""{"caught_up":true,"height":3}""", await listener.NextAsync());
        }
    }

    [Fact]
    public async Task From_a_height_that_is_not_there_yet_a_subscriber_waits_for_it()
    {
        using var next = await _node.SubscribeAsync($"{Listener.Transactions}?from_height=4");
        using var far = await _node.SubscribeAsync($"{Listener.Transactions}?from_height=6&caught_up=true");
        using var farBlocks = await _node.SubscribeAsync($"{Listener.Blocks}?after=5");
        using var never = await _node.SubscribeAsync($"{Listener.Transactions}?from_height={long.MaxValue}");
        for (var i = 0; i < 3; i++) await CommitAsync(2);

        await ExpectAsync(next, 6);
        Assert.Equal("""{"caught_up":true,"height":3}""", await far.NextAsync());
        await ExpectAsync(far, 10);
        Assert.StartsWith("""{"height":6,""", await farBlocks.NextAsync(), StringComparison.Ordinal);
        Assert.Empty(await never.UntilPongAsync());
    }

    [Fact]
    public async Task The_word_that_the_head_is_reached_stands_between_the_past_and_what_follows()
    {
        using var listener = await _node.SubscribeAsync($"{Listener.Transactions}?from_height=2&caught_up=true");
        using var fresh = await _node.SubscribeAsync($"{Listener.Transactions}?caught_up=true");
        await ExpectAsync(listener, 3);
        foreach (var one in (Listener[])[listener, fresh]) Assert.Equal("""{"caught_up":true,"height":3}""", await one.NextAsync());
        await CommitAsync(1);
        foreach (var one in (Listener[])[listener, fresh]) await ExpectAsync(one, 6);
    }

    [Fact]
    public async Task An_event_can_hold_the_whole_transaction()
    {
        using var listener = await _node.SubscribeAsync($"{Listener.Transactions}?from_height=0&include=transaction");
        using var dialect = await _node.SubscribeAsync($"{Listener.Transactions}?from_height=0&include=transaction&dialect=planetmint2");
        foreach (var (transaction, height) in _all)
        {
            var (id, body) = (transaction.Id, (await _node.GetAsync($"/api/v1/transactions/{transaction.Id}")).Body);
            Assert.Equal($$"""{"transaction_id":"{{id}}","asset_id":"{{id}}","height":{{height}},"transaction":{{body}}}""",
                await listener.NextAsync());
            Assert.Equal($$"""{"height":{{height}},"asset_ids":["{{id}}"],"transaction_id":"{{id}}","transaction":{{body}}}""",
                await dialect.NextAsync());
        }
    }

    [Fact]
    public async Task Without_a_cursor_what_was_committed_before_the_handshake_never_comes_and_what_came_after_always_does()
    {
        // Committed, and perhaps not yet published: such a transaction must not come either.
        for (var i = 0; i < 50; i++)
        {
            var before = Make.Asset(Make.Key());
            var after = Make.Asset(Make.Key());
            await _node.CommitBlockAsync(before);
            using var listener = await _node.SubscribeAsync(Listener.Transactions);
            var height = await _node.CommitBlockAsync(after);
            Assert.Equal(Make.Event(after, height), await listener.NextAsync());
        }
    }

    private async Task CommitAsync(int size)
    {
        Transaction[] block = [.. Enumerable.Range(0, size).Select(_ => Make.Asset(Make.Key()))];
        var height = await _node.CommitBlockAsync(block);
        _all.AddRange(block.Select(t => (t, height)));
    }

    private async Task ExpectAsync(Listener listener, int from)
    {
        foreach (var (transaction, height) in _all.Skip(from).ToList()) Assert.Equal(Make.Event(transaction, height),
            await listener.NextAsync());
    }
}
