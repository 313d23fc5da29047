using System.Text.Json.Nodes;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class KeysetTestsOnSqlite() : KeysetTests(StoreKind.Sqlite);

public sealed class KeysetTestsOnPostgres() : KeysetTests(StoreKind.Postgres)
{
    [Fact]
    public async Task A_server_signs_with_a_keyset_that_another_made_a_moment_ago()
    {
        await using var mint = await MintHost.StartAsync(StoreKind.Postgres);
        await using var other = await mint.StartAnotherAsync();
        var wallet = new TestWallet(mint);
        var proofs = await wallet.MintAsync(4);
        Known.Ok(await mint.Keyring.RotateAsync("sat", 0, null, CancellationToken.None));

        var outputs = wallet.Outputs(4);
        TestWallet.Unblind(outputs, await other.OkAsync("/v1/swap", TestWallet.Swap(proofs, outputs)));
        Assert.Equal(200, (await other.GetAsync($"/v1/keys/{outputs[0].Keyset.Id}")).Status);
    }
}

public abstract class KeysetTests(StoreKind kind)
{
    [Fact]
    public async Task The_first_start_makes_a_keyset_of_each_unit_and_version_and_later_ones_keep_them()
    {
        await using var mint = await MintHost.StartAsync(kind, ("Units:0", "sat"), ("Units:1", "msat"), ("KeysetVersions:0", "01"), ("KeysetVersions:1", "00"));
        var before = (await mint.GetAsync("/v1/keys")).Body.ToJsonString();
        await mint.RestartAsync();
        var keysets = (await mint.GetAsync("/v1/keysets")).Body["keysets"]!.AsArray();

        Assert.Equal([("sat", "01"), ("sat", "00"), ("msat", "01"), ("msat", "00")],
            keysets.Select(k => ((string)k!["unit"]!, ((string)k["id"]!)[..2])));
        Assert.All(keysets, k => Assert.True((bool)k!["active"]!));
        Assert.Equal(before, (await mint.GetAsync("/v1/keys")).Body.ToJsonString());
        var all = mint.Keyring.View.Keysets.All;
        Assert.Equal(4 * 32, all.SelectMany(k => k.Keyset.Keys).Select(k => k.Key).Distinct().Count());
        Assert.All(all, k => Assert.True(k.Keyset.HasItsId()));
    }

    [Fact]
    public async Task Another_seed_refuses_the_start()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var refusal = await Assert.ThrowsAsync<StorageException>(() => mint.RestartAsync(seed: 8));
        Assert.Contains("The seed is not the one", refusal.Message, StringComparison.Ordinal);
        await mint.RestartAsync();
    }

    [Fact]
    public async Task A_keyset_that_the_seed_does_not_lead_to_refuses_the_start()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var changed = await mint.Database.CommitAsync<bool>(Locks.None, work =>
        {
            work.Write("UPDATE cashu_keyset SET idx = 1");
            return ValueTask.FromResult<Kernel.Result<bool>>(true);
        }, CancellationToken.None);
        Assert.True(Known.Ok(changed));

        var refusal = await Assert.ThrowsAsync<StorageException>(() => mint.RestartAsync());
        Assert.Contains("would become", refusal.Message, StringComparison.Ordinal);
        // A start that was refused has changed nothing, and leaves nothing that the next needs.
        await Assert.ThrowsAsync<StorageException>(() => mint.RestartAsync());
    }

    [Theory]
    [InlineData("InputFeePpk", "100", "is 100, but the active keysets of sat have 0")]
    [InlineData("MaxOrder", "20", "is 20, but the active keysets of sat have 32")]
    [InlineData("KeysetVersions:0", "00", "is 00, but the active keysets of sat have 01")]
    public async Task Another_configuration_is_refused_with_both_values_until_it_is_rotated(string key, string value, string sentence)
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var old = wallet.Keyset();
        var proofs = await wallet.MintAsync(4);

        var refusal = await Assert.ThrowsAsync<StorageException>(() => mint.RestartAsync(settings: (key, value)));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--Turnpike:Cashu:RotateAtStart=true", refusal.Message, StringComparison.Ordinal);
        await mint.RestartAsync(settings: ("RotateAtStart", "true"));
        // It rotates once: what is as configured stays.
        await mint.RestartAsync();

        Assert.Equal(2, mint.Keyring.View.Rows.Count);
        Assert.Equal([false, true], mint.Keyring.View.Rows.Select(r => r.IsActive));
        Assert.Equal(12002, (int)(await mint.PostAsync("/v1/swap", TestWallet.Swap(proofs, [wallet.Output(4, keyset: old)]))).Body["code"]!);
        await wallet.SwapAsync(proofs, 4);
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_rotation_ends_the_old_keys_for_outputs_only_and_changes_the_tag()
    {
        await using var mint = await MintHost.StartAsync(kind);
        var wallet = new TestWallet(mint);
        var proofs = await wallet.MintAsync(8);
        var before = mint.Keyring.View;

        var made = Assert.Single(Known.Ok(await mint.Keyring.RotateAsync("sat", 1000, null, CancellationToken.None)));

        Assert.Equal((1000, 1), (made.Keyset.InputFeePpk, made.Index));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/keys");
        request.Headers.TryAddWithoutValidation("If-None-Match", before.ActiveKeys.ETag);
        using var answer = await mint.Http.SendAsync(request);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/v1/keys");
        again.Headers.TryAddWithoutValidation("If-None-Match", $"\"other\", {answer.Headers.ETag}");
        using var unchanged = await mint.Http.SendAsync(again);
        Assert.Equal(System.Net.HttpStatusCode.NotModified, unchanged.StatusCode);
        // Old inputs cost what their own keyset says: nothing.
        var swapped = await wallet.SwapAsync(proofs, 4, 4);
        Assert.All(swapped, p => Assert.Equal(made.Id, p.Id));
        await wallet.SwapAsync(swapped, 4, 2);
        Assert.Equal(11013, Known.Code(await mint.Keyring.RotateAsync("usd", 0, null, CancellationToken.None)));
        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task A_unit_with_a_rate_of_its_own_can_be_minted()
    {
        await using var mint = await MintHost.StartAsync(kind, ("Units:0", "sat"), ("Units:1", "usd"), ("Fake:Rates:usd", "1500"));
        var wallet = new TestWallet(mint);
        var outputs = new[] { wallet.Output(2, keyset: wallet.Keyset("usd")), wallet.Output(1, keyset: wallet.Keyset("usd")) };
        var quote = await wallet.QuoteAsync(3, "usd");
        Assert.StartsWith("lnbcrt45n", (string)quote["request"]!, StringComparison.Ordinal);
        await wallet.PayAsync(quote);

        TestWallet.Unblind(outputs, await mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint((string)quote["quote"]!, outputs)));

        Assert.Empty(await mint.AuditAsync());
    }

    [Fact]
    public async Task The_info_document_signals_what_is_there()
    {
        await using var mint = await MintHost.StartAsync(kind, ("Name", "A mint"));
        var (_, info) = await mint.GetAsync("/v1/info");

        Assert.Equal(("A mint", Known.Key((string)info["pubkey"]!).ToString()), ((string)info["name"]!, (string)info["pubkey"]!));
        var nuts = info["nuts"]!.AsObject().Select(n => n.Key).ToHashSet();
        Assert.Superset(new HashSet<string> { "4", "7", "9", "10", "11", "12", "14", "19", "20", "29" }, nuts);
        var paths = info["nuts"]!["19"]!["cached_endpoints"]!.AsArray().Select(e => (string)e!["path"]!);
        foreach (var path in paths) Assert.NotEqual(404, (await mint.PostAsync(path, new JsonObject())).Status);
        // Melting and subscriptions are signalled when their routes are there, and only then.
        Assert.Equal(nuts.Contains("5"), (int)(await mint.PostAsync("/v1/melt/bolt11", new JsonObject())).Body["code"]! != 11013);
        Assert.Equal(nuts.Contains("17"), (await mint.GetAsync("/v1/ws")).Status != 404);
    }
}
