using System.Text.Json.Nodes;
using Turnpike.Cashu.Tests.Backends;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class MintAndSwapTestsOnSqlite() : MintAndSwapTests(StoreKind.Sqlite);

public sealed class MintAndSwapTestsOnPostgres() : MintAndSwapTests(StoreKind.Postgres)
{
    [Fact]
    public async Task Of_64_swaps_of_the_same_proofs_on_two_servers_one_wins()
    {
        await using var mint = await MintHost.StartAsync(StoreKind.Postgres);
        await using var other = await mint.StartAnotherAsync();
        await OneWinsAsync(mint, [mint, other]);
    }

    [Fact]
    public async Task Of_64_mints_of_one_quote_on_two_servers_one_wins()
    {
        await using var mint = await MintHost.StartAsync(StoreKind.Postgres);
        await using var other = await mint.StartAnotherAsync();
        await OneMintsAsync(mint, [mint, other]);
    }
}

public abstract class MintAndSwapTests(StoreKind kind)
{
    private const int Contenders = 64;

    [Fact]
    public async Task Ecash_is_minted_and_swapped_and_the_states_follow()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var quote = await wallet.QuoteAsync(21);
        Assert.Equal(("UNPAID", 0, 0), ((string)quote["state"]!, (int)quote["amount_paid"]!, (int)quote["amount_issued"]!));
        await wallet.PayAsync(quote);
        Assert.Equal("PAID", (string)(await mint.GetAsync($"/v1/mint/quote/bolt11/{quote["quote"]}")).Body["state"]!);

        var outputs = wallet.Outputs(16, 4, 1);
        var proofs = TestWallet.Unblind(outputs, await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint((string)quote["quote"]!, outputs)));
        var issued = (await mint.GetAsync($"/v1/mint/quote/bolt11/{quote["quote"]}")).Body;
        Assert.Equal(("ISSUED", 21, 21), ((string)issued["state"]!, (int)issued["amount_paid"]!, (int)issued["amount_issued"]!));

        var swapped = await wallet.SwapAsync(proofs[..2], 8, 8, 4);
        var ys = proofs.Concat(swapped).Select(TestWallet.Y).Select(y => (JsonNode)y.ToString()).ToArray();
        var states = (await mint.OkAsync("/v1/checkstate", new JsonObject { ["Ys"] = new JsonArray(ys) }))["states"]!.AsArray();
        Assert.Equal(
            ["SPENT", "SPENT", "UNSPENT", "UNSPENT", "UNSPENT", "UNSPENT"], states.Select(s => (string)s!["state"]!));
        Assert.Equal(proofs.Concat(swapped).Select(p => TestWallet.Y(p).ToString()), states.Select(s => (string)s!["Y"]!));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_repeated_request_gets_the_same_bytes_also_after_a_restart_and_a_rotation()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var outputs = wallet.Outputs(4, 2);
        var minting = TestWallet.Mint(await wallet.PaidQuoteAsync(6), outputs).ToJsonString();
        var minted = await mint.PostAsync("/v1/mint/bolt11", minting);
        var swap = TestWallet.Swap(TestWallet.Unblind(outputs, minted.Body), wallet.Outputs(2, 4)).ToJsonString();
        var swapped = await mint.PostAsync("/v1/swap", swap);
        Assert.Equal((200, 200), (minted.Status, swapped.Status));

        await mint.RestartAsync();

        foreach (var (path, body, answer) in new[] { ("/v1/mint/bolt11", minting, minted.Body), ("/v1/swap", swap, swapped.Body) })
        {
            var again = await mint.PostAsync(path, body);
            Assert.Equal((200, answer.ToJsonString()), (again.Status, again.Body.ToJsonString()));
            // One byte more is another request.
            var other = await mint.PostAsync(path, body + " ");
            Assert.Equal((400, path == "/v1/swap" ? 11001 : 20002), (other.Status, (int)other.Body["code"]!));
        }

        // And when its outputs' keyset signs no more, so that the same request would be refused.
        Known.Ok(await mint.Keyring.RotateAsync("sat", null, null, CancellationToken.None));
        foreach (var (path, body, answer) in new[] { ("/v1/mint/bolt11", minting, minted.Body), ("/v1/swap", swap, swapped.Body) })
        {
            var again = await mint.PostAsync(path, body);
            Assert.Equal((200, answer.ToJsonString()), (again.Status, again.Body.ToJsonString()));
            var other = await mint.PostAsync(path, body + " ");
            Assert.Equal((400, 12002), (other.Status, (int)other.Body["code"]!));
        }

        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_request_that_comes_many_times_at_once_is_carried_out_once()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var minting = TestWallet.Mint(await wallet.PaidQuoteAsync(4), wallet.Outputs(4)).ToJsonString();
        var swap = TestWallet.Swap(await wallet.MintAsync(8), wallet.Outputs(4, 4)).ToJsonString();

        foreach (var (path, body) in new[] { ("/v1/mint/bolt11", minting), ("/v1/swap", swap) })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => mint.PostAsync(path, body)));
            Assert.All(answers, a => Assert.True(a.Status == 200, a.Body.ToJsonString()));
            Assert.Single(answers.Select(a => a.Body.ToJsonString()).Distinct());
        }

        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task Several_quotes_are_minted_together_or_not_at_all()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var (one, two) = (await wallet.PaidQuoteAsync(3), await wallet.QuoteAsync(5));
        var outputs = wallet.Outputs(8);
        var batch = new JsonObject
        {
            ["quotes"] = new JsonArray(one, (string)two["quote"]!),
            ["quote_amounts"] = new JsonArray(3, 5),
            ["outputs"] = TestWallet.Json(outputs),
        }.ToJsonString();

        var unpaid = await mint.PostAsync("/v1/mint/bolt11/batch", batch);
        Assert.Equal((400, 20001), (unpaid.Status, (int)unpaid.Body["code"]!));
        await wallet.PayAsync(two);
        TestWallet.Unblind(outputs, (await mint.PostAsync("/v1/mint/bolt11/batch", batch)).Body);

        var quotes = await mint.OkAsync(
            "/v1/mint/quote/bolt11/check", new JsonObject { ["quotes"] = new JsonArray((string)two["quote"]!, one) });
        Assert.Equal([("ISSUED", 5), ("ISSUED", 3)], quotes.AsArray().Select(q => ((string)q!["state"]!, (int)q["amount"]!)));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task Restore_gives_what_was_signed_with_the_amount_that_was_signed()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var outputs = wallet.Outputs(4, 2);
        var minted = await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(await wallet.PaidQuoteAsync(6), outputs));

        var asked = TestWallet.Json([outputs[1] with { Amount = 1 }, wallet.Output(1), outputs[0]]);
        var restored = await mint.OkAsync("/v1/restore", new JsonObject { ["outputs"] = asked });

        Assert.Equal([2, 4], restored["outputs"]!.AsArray().Select(o => (int)o!["amount"]!));
        Assert.Equal([minted["signatures"]![1]!.ToJsonString(), minted["signatures"]![0]!.ToJsonString()],
            restored["signatures"]!.AsArray().Select(s => s!.ToJsonString()));
    }

    [Fact]
    public async Task A_fee_is_kept_and_the_books_know_it()
    {
        await using var mint = await MintHost.StartAsync(kind, ("InputFeePpk", "100"));
        var wallet = new TestWallet(mint);
        var proofs = await wallet.MintAsync(8, 4);

        Assert.Equal(11005, (int)(await mint.PostAsync("/v1/swap", TestWallet.Swap(proofs, wallet.Outputs(8, 4)))).Body["code"]!);
        await wallet.SwapAsync(proofs, 8, 2, 1);

        var books = Assert.Single(await mint.Database.ReadAsync(Cashu.Storage.MintAudit.ReadAsync, CancellationToken.None));
        Assert.Equal((12, 11, 1), (books.Credited, books.Outstanding, books.Kept));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task Of_64_swaps_of_the_same_proofs_one_wins()
    {
        await using var mint = await MintHost.StartAsync(kind);
        await OneWinsAsync(mint, [mint]);
    }

    [Fact]
    public async Task Of_64_mints_of_one_quote_one_wins()
    {
        await using var mint = await MintHost.StartAsync(kind);
        await OneMintsAsync(mint, [mint]);
    }

    [Fact]
    public async Task A_commit_tells_of_each_object_that_it_changed()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var quote = await wallet.PaidQuoteAsync(4);
        var outputs = wallet.Outputs(4);
        var proofs = TestWallet.Unblind(outputs, await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(quote, outputs)));
        await wallet.SwapAsync(proofs, 4);

        var events = await mint.Database.ReadAsync(snapshot => snapshot.ReadListAsync(
            "SELECT topic, type, version, payload FROM event ORDER BY position",
            static row => (Topic: row.Text(0), Type: row.Text(1), Version: row.Int64(2), Payload: JsonNode.Parse(row.Bytes(3))!)), CancellationToken.None);

        Assert.Equal(
            ["cashu/keysets", $"cashu/mint/{quote}", $"cashu/mint/{quote}", $"cashu/proof/{TestWallet.Y(proofs[0])}"], events.Select(e => e.Topic));
        Assert.All(events, e => Assert.Equal(1, e.Version));
        Assert.Equal(["PAID", "ISSUED", "SPENT"], events.Skip(1).Select(e => (string)e.Payload["state"]!));
        var (_, current) = await mint.GetAsync($"/v1/mint/quote/bolt11/{quote}");
        Assert.True(JsonNode.DeepEquals(current, events[2].Payload), events[2].Payload.ToJsonString());
        Assert.Equal(
            "{\"Y\":\"" + TestWallet.Y(proofs[0]) + "\",\"state\":\"SPENT\",\"witness\":null}", events[3].Payload.ToJsonString());
    }

    private protected static async Task OneWinsAsync(MintHost mint, MintHost[] servers)
    {
        var wallet = new TestWallet(mint);
        var proofs = await wallet.MintAsync(4, 2);
        var bodies = Enumerable.Range(0, Contenders).Select(_ => TestWallet.Swap(proofs, wallet.Outputs(4, 2)).ToJsonString()).ToList();

        var answers = await Task.WhenAll(bodies.Select((body, i) => servers[i % servers.Length].PostAsync("/v1/swap", body)));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((400, 11001), (a.Status, (int)a.Body["code"]!)));
        Assert.Empty(await mint.AuditAsync());
    }

    private protected static async Task OneMintsAsync(MintHost mint, MintHost[] servers)
    {
        var wallet = new TestWallet(mint);
        var quote = await wallet.PaidQuoteAsync(6);
        var bodies = Enumerable.Range(0, Contenders).Select(_ => TestWallet.Mint(quote, wallet.Outputs(4, 2)).ToJsonString()).ToList();

        var answers = await Task.WhenAll(bodies.Select((body, i) => servers[i % servers.Length].PostAsync("/v1/mint/bolt11", body)));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((400, 20002), (a.Status, (int)a.Body["code"]!)));
        Assert.Empty(await mint.AuditAsync());
    }
}
