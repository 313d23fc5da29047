using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Conformance.Planetmint;

/// <summary>Lists: their order, their pages, what stands in them.</summary>
public sealed class ApiListTests(NodeHost node) : IClassFixture<NodeHost>
{
    [Fact]
    public async Task The_transactions_of_an_asset_come_in_order_whole_or_in_pages()
    {
        var owner = Make.Key();
        var last = Make.Asset(owner, 3);
        var (asset, all) = (last.Id, new List<Transaction> { last });
        for (var block = 0; block < 9; block++)
        {
            // Chains within a block: more of them than one page of the store.
            var made = new List<Transaction>();
            for (var i = 0; i < 50; i++) made.Add(last = Make.Transfer(last, 0, owner, owner, $$"""{"step":"{{block}}.{{i}}"}"""));
            await node.CommitBlockAsync([.. block == 0 ? [all[0]] : Array.Empty<Transaction>(), .. made]);
            all.AddRange(made);
        }

        string[] ids = [.. all.Select(t => t.Id.ToString())];
        var path = $"/api/v1/transactions?asset_id={asset}";
        Assert.Equal(ids, await node.ListAsync(path, "id"));
        Assert.Equal(ids[..1], await node.ListAsync(path + "&operation=CREATE", "id"));
        Assert.Equal(ids[1..], await node.ListAsync(path + "&operation=TRANSFER", "id"));
        Assert.Equal(ids[^1..], await node.ListAsync(path + "&last_tx=true", "id"));
        Assert.Equal(ids[..1], await node.ListAsync(path + "&last_tx=true&operation=CREATE", "id"));
        Assert.Equal(ids, await node.ListAsync(path + "&last_tx=false&limit=0", "id"));
        Assert.Equal(ids[..1], await node.ListAsync(path + "&limit=1", "id"));
        Assert.Equal(ids[..200], await node.ListAsync(path + "&limit=200", "id"));
        Assert.Equal(ids[..401], await node.ListAsync(path + "&limit=401", "id"));
        Assert.Equal(ids[1..3], await node.ListAsync($"{path}&limit=2&after={ids[0]}", "id"));
        Assert.Equal(ids[1..3], await node.ListAsync($"{path}&operation=TRANSFER&limit=2&after={ids[0]}", "id"));
        Assert.Empty(await node.ListAsync($"{path}&after={ids[^1]}", "id"));
        Assert.Equal(ids, await PagesAsync(path, 73));
    }

    [Fact]
    public async Task Several_assets_are_listed_together_in_order()
    {
        var owner = Make.Key();
        var (one, two, three) = (Make.Asset(owner), Make.Asset(owner), Make.Asset(owner));
        var (oneMoved, twoMoved) = (Make.Transfer(one, 0, owner, owner), Make.Transfer(two, 0, owner, owner));
        await node.CommitBlockAsync(one, two, three, twoMoved);
        await node.CommitBlockAsync(oneMoved);
        var path = $"/api/v1/transactions?asset_ids={two.Id},{one.Id}";
        string[] ids = [.. new[] { one, two, twoMoved, oneMoved }.Select(t => t.Id.ToString())];
        Assert.Equal(ids, await node.ListAsync(path, "id"));
        Assert.Equal(ids, await node.ListAsync($"/api/v1/transactions?asset_ids={two.Id}&asset_ids={one.Id}&asset_ids={one.Id}", "id"));
        Assert.Equal(ids[..3], await node.ListAsync(path + "&limit=3", "id"));
        Assert.Equal(ids[3..], await node.ListAsync(path + "&last_tx=true", "id"));
        Assert.Equal(ids[1..2], await node.ListAsync(path + "&last_tx=true&operation=CREATE", "id"));
        Assert.Equal(ids, await PagesAsync(path, 1));
    }

    [Fact]
    public async Task Outputs_are_listed_by_owner_spent_or_not_with_what_they_hold()
    {
        var (alice, bob) = (Make.Key(), Make.Key());
        var coin = Make.Asset(alice, [new NewOutput(7, alice.Owner), new NewOutput(TransactionOutput.MaxAmount, bob.Owner)]);
        var vault = Make.Asset(bob, [new NewOutput(2, ConditionDetails.Of(1, alice.Owner, bob.Owner))]);
        var moved = Make.Transfer(coin, [0], alice, [new NewOutput(3, bob.Owner), new NewOutput(4, alice.Owner)]);
        await node.CommitBlockAsync(coin, vault, moved);

        async Task Expect(OwnerKeyPair owner, string query, params (Transaction Transaction, int Index)[] wanted) => Assert.Equal(
            wanted.Select(w => $$"""{"transaction_id":"{{w.Transaction.Id}}","output_index":{{w.Index}}}"""),
            (await node.JsonAsync($"/api/v1/outputs?public_key={owner.Owner}{query}")).EnumerateArray().Select(o => o.GetRawText()));

        await Expect(alice, "", (coin, 0), (vault, 0), (moved, 1));
        await Expect(alice, "&spent=true", (coin, 0));
        await Expect(alice, "&spent=false", (vault, 0), (moved, 1));
        await Expect(alice, $"&spent=false&after={coin.Id}", (vault, 0), (moved, 1));
        await Expect(alice, $"&spent=FALSE&after={vault.Id}", (moved, 1));
        await Expect(bob, "", (coin, 1), (vault, 0), (moved, 0));
        await Expect(bob, "&spent=true");
        await Expect(Make.Key(), "");
        Assert.Equal(
            $$"""
            [{"transaction_id":"{{coin.Id}}","output_index":1,"amount":"9000000000000000000","asset_id":"{{coin.Id}}"},
            {"transaction_id":"{{vault.Id}}","output_index":0,"amount":"2","asset_id":"{{vault.Id}}"},
            {"transaction_id":"{{moved.Id}}","output_index":0,"amount":"3","asset_id":"{{coin.Id}}"}]
            """.ReplaceLineEndings(""),
            (await node.GetAsync($"/api/v1/outputs?public_key={bob.Owner}&detail=true")).Body);
    }

    [Fact]
    public async Task A_page_of_outputs_ends_with_a_whole_transaction_however_many_it_has()
    {
        var owner = Make.Key();
        var made = new List<Transaction>();
        foreach (var size in (int[])[1, 1200, 3, 1, 999, 2]) made.Add(
            Make.Asset(owner, [.. Enumerable.Range(1, size).Select(a => new NewOutput(a, owner.Owner))]));
        foreach (var transaction in made) await node.CommitBlockAsync(transaction);
        List<(string, int)> all = [.. made.SelectMany(t => t.Outputs.Select((_, i) => (t.Id.ToString(), i)))];
        var path = $"/api/v1/outputs?public_key={owner.Owner}";
        Assert.Equal(all, await OutputsAsync(path));

        foreach (var limit in (int[])[1, 2, 3, 1000, 1201, 1203, 5000])
        {
            var paged = new List<(string, int)>();
            for (var after = ""; ;)
            {
                var page = await OutputsAsync($"{path}&limit={limit}{after}");
                if (page.Count == 0) break;
                paged.AddRange(page);
                after = $"&after={page[^1].Id}";
            }
            Assert.Equal(all, paged);
        }
    }

    [Fact]
    public async Task A_long_list_is_sent_while_it_is_read_and_a_reader_that_leaves_costs_nothing()
    {
        var owner = Make.Key();
        var last = Make.Asset(owner);
        var asset = last.Id;
        await node.CommitBlockAsync(last);
        for (var block = 0; block < 8; block++)
        {
            var made = new List<Transaction>();
            for (var i = 0; i < 100; i++) made.Add(
                last = Make.Transfer(last, 0, owner, owner, $$"""{"x":"{{block}}.{{i}}","filling":"{{new string('y', 10_000)}}"}"""));
            await node.CommitBlockAsync([.. made]);
        }

        // 8 MB, of which nobody reads more than the head: a list that was built first would not begin like this.
        var request = $"GET /api/v1/transactions?asset_id={asset} HTTP/1.1\r\nHost: node\r\n\r\n";
        for (var i = 0; i < 10; i++)
        {
            using var connection = await RawConnection.OpenAsync(node.Main);
            await connection.SendAsync(request);
            Assert.Contains("Transfer-Encoding: chunked", await connection.HeadAsync(), StringComparison.OrdinalIgnoreCase);
            await connection.UntilAsync("[");
            if (i % 2 == 0) connection.Reset();
        }
        var all = await node.ListAsync($"/api/v1/transactions?asset_id={asset}", "id");
        Assert.Equal((801, last.Id.ToString()), (all.Count, all[^1]));
        var block9 = await node.JsonAsync("/api/v1/blocks/latest");
        Assert.Equal(100, block9.GetProperty("transactions").GetArrayLength());
    }

    [Fact]
    public async Task Blocks_are_found_by_height_by_transaction_and_as_the_latest()
    {
        var (first, second) = (Make.Asset(Make.Key()), Make.Asset(Make.Key()));
        var height = await node.CommitBlockAsync(first, second);
        var text = $$"""{"height":{{height}},"transactions":[{{Make.Text(first)}},{{Make.Text(second)}}]}""";
        foreach (var path in (string[])[$"{height}", $"{height}/", "latest", "latest/", $"000{height}"])
            Assert.Equal((path, 200, text),
                (path, (await node.GetAsync($"/api/v1/blocks/{path}")).Status, (await node.GetAsync($"/api/v1/blocks/{path}")).Body));
        Assert.Equal($"[{height}]", (await node.GetAsync($"/api/v1/blocks?transaction_id={second.Id}")).Body);
        Assert.Equal(404, (await node.GetAsync($"/api/v1/blocks/{height + 1}")).Status);
    }

    private async Task<List<string>> PagesAsync(string path, int limit)
    {
        var all = new List<string>();
        while (true)
        {
            var page = await node.ListAsync($"{path}&limit={limit}{(all.Count == 0 ? "" : "&after=" + all[^1])}", "id");
            Assert.True(page.Count <= limit);
            all.AddRange(page);
            if (page.Count < limit) return all;
        }
    }

    private async Task<List<(string Id, int Index)>> OutputsAsync(string path) =>
        [.. (await node.JsonAsync(path)).EnumerateArray().Select(Output)];

    private static (string, int) Output(JsonElement output) =>
        (output.GetProperty("transaction_id").GetString()!, output.GetProperty("output_index").GetInt32());
}
