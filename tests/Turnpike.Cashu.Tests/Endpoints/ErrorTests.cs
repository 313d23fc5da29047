using System.Text.Json.Nodes;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>Every error that a wallet can meet without melting, as it meets it.</summary>
public sealed class ErrorTests : IAsyncLifetime
{
    private MintHost _mint = null!;
    private TestWallet _wallet = null!;

    public async Task InitializeAsync()
    {
        _mint = await MintHost.StartAsync(
            StoreKind.Sqlite, ("Units:0", "sat"), ("Units:1", "msat"), ("MinMint", "2"), ("MaxMint", "1000"), ("Limits:BodyBytes", "2000000"));
        _wallet = new TestWallet(_mint);
    }

    public async Task DisposeAsync() => await _mint.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"inputs\":[],\"outputs\":[]}")]
    [InlineData("{\"inputs\":[{\"amount\":-1}],\"outputs\":[]}")]
    [InlineData("{\"inputs\":[{\"amount\":9223372036854775808}],\"outputs\":[]}")]
    [InlineData("{\"inputs\":1,\"outputs\":[]} x")]
    public async Task What_is_not_understood_is_10000(string body)
    {
        foreach (var path in new[] { "swap", "mint/bolt11", "mint/bolt11/batch", "mint/quote/bolt11", "mint/quote/bolt11/check", "checkstate" })
            await RefusedAsync(10000, "/v1/" + path, body);
        // Its outputs may be none, and it has no inputs.
        if (!body.Contains("\"outputs\":[]}", StringComparison.Ordinal) || body.EndsWith('x')) await RefusedAsync(10000, "/v1/restore", body);
    }

    [Fact]
    public async Task Bodies_that_are_too_large_are_10000_also_without_a_length()
    {
        var body = "{\"x\":\"" + new string('x', 2_100_000) + "\"}";
        await RefusedAsync(10000, "/v1/swap", body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/swap") { Content = new StringContent(body) };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await _mint.Http.SendAsync(request);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(10000, (int)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]!);
    }

    [Fact]
    public async Task Proofs_that_are_not_the_mints_are_10001()
    {
        var proofs = await _wallet.MintAsync(4, 2);
        await RefusedAsync(10001, Swap([proofs[0] with { C = proofs[1].C }, proofs[1]], 4, 2));
        await RefusedAsync(10001, Swap([proofs[0] with { Amount = 2 }, proofs[1]], 2, 2));
        await RefusedAsync(10001, Swap([proofs[0] with { Amount = 3 }, proofs[1]], 4, 1));
        await RefusedAsync(10001, Swap([proofs[0] with { Secret = Cashu.Wire.SecretJson.Parse("other"u8.ToArray()) }, proofs[1]], 4, 2));
        await _wallet.SwapAsync(proofs, 4, 2);
    }

    [Fact]
    public async Task Conditions_that_are_not_met_are_10001()
    {
        var key = Known.Generator;
        var secret = "[\"P2PK\",{\"nonce\":\"1\",\"data\":\"" + key + "\"}]";
        var outputs = new[] { _wallet.Output(4, secret) };
        var locked = TestWallet.Unblind(
            outputs, await _mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(await _wallet.PaidQuoteAsync(4), outputs)));

        await RefusedAsync(10001, Swap(locked, 4));
        // The generator's secret key is 1.
        var one = new byte[32];
        one[31] = 1;
        var signature = new byte[64];
        Secp256k1.SignSchnorr(one, System.Security.Cryptography.SHA256.HashData(locked[0].Secret.Utf8.Span), new byte[32], signature);
        var witness = Cashu.Wire.WitnessJson.Make([Convert.ToHexStringLower(signature)]);
        await _wallet.SwapAsync([locked[0] with { Witness = witness }], 4);

        var ys = new JsonArray(TestWallet.Y(locked[0]).ToString());
        var state = (await _mint.OkAsync("/v1/checkstate", new JsonObject { ["Ys"] = ys }))["states"]![0]!;
        Assert.Equal(("SPENT", witness.Text), ((string)state["state"]!, (string)state["witness"]!));
    }

    [Fact]
    public async Task Spent_proofs_are_11001_and_held_ones_11002()
    {
        var proofs = await _wallet.MintAsync(4, 2);
        await _wallet.SwapAsync(proofs[..1], 4);
        await HoldAsync(work => ProofTable.Write(work, Operation, [new(TestWallet.Y(proofs[1]), 1, 2, ProofState.Pending, null, new("m"))], 0,
            CashuErrors.Internal));

        await RefusedAsync(11001, Swap(proofs[..1], 4));
        await RefusedAsync(11002, Swap(proofs[1..], 2));
        await RefusedAsync(11001, Swap(proofs, 4, 2));
        // Known spent before anything is verified.
        await RefusedAsync(11001, Swap([proofs[0] with { C = proofs[1].C }], 4));
    }

    [Fact]
    public async Task Outputs_that_were_signed_are_11003_and_blank_ones_11004()
    {
        var outputs = _wallet.Outputs(4, 2);
        var proofs = TestWallet.Unblind(
            outputs[..1], await _mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(await _wallet.PaidQuoteAsync(4), outputs[..1])));
        await HoldAsync(work => PromiseTable.Write(work, Operation, [new(outputs[1].Blinded, 1, null)], 0, CashuErrors.Internal));
        var quote = await _wallet.PaidQuoteAsync(6);

        await RefusedAsync(11003, ("/v1/swap", TestWallet.Swap(proofs, outputs[..1])));
        await RefusedAsync(11003, ("/v1/mint/bolt11", TestWallet.Mint(quote, outputs)));
        await RefusedAsync(11004, ("/v1/mint/bolt11", TestWallet.Mint(quote, [outputs[1], _wallet.Output(4)])));
        // Nothing was taken by what was refused.
        await _wallet.SwapAsync(proofs, 4);
        await _mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(quote, _wallet.Outputs(4, 2)));
    }

    [Fact]
    public async Task Requests_that_cannot_be_are_told_by_their_codes()
    {
        var proofs = await _wallet.MintAsync(4, 2);
        var msat = _wallet.Output(4, keyset: _wallet.Keyset("msat"));
        var unknown = _wallet.Output(4, keyset: Known.Keyset(index: 77));
        var output = _wallet.Output(4);

        await RefusedAsync(11005, Swap(proofs, 4));
        await RefusedAsync(11005, Swap(proofs[..1], 4, 1));
        await RefusedAsync(11006, Swap(proofs[..1], 3, 1));
        await RefusedAsync(11007, Swap([proofs[0], proofs[0]], 8));
        await RefusedAsync(11008, ("/v1/swap", TestWallet.Swap(proofs, [output, output])));
        await RefusedAsync(11009, ("/v1/swap", TestWallet.Swap(proofs, [output, msat])));
        await RefusedAsync(11010, ("/v1/swap", TestWallet.Swap(proofs, [msat])));
        await RefusedAsync(12001, ("/v1/swap", TestWallet.Swap(proofs, [unknown])));
        var (one, two) = (TestWallet.Json(proofs[..1])[0]!.ToJsonString(), TestWallet.Json([output])[0]!.ToJsonString());
        await RefusedAsync(11014, "/v1/swap", $"{{\"inputs\":[{string.Join(',', Enumerable.Repeat(one, 1001))}],\"outputs\":[{two}]}}");
        await RefusedAsync(11015, "/v1/swap", $"{{\"inputs\":[{one}],\"outputs\":[{string.Join(',', Enumerable.Repeat(two, 10_000))}]}}");
        var json = TestWallet.Swap(proofs[..1], [output]);
        json["outputs"]![0]!["B_"] = "02" + new string('0', 64);
        await RefusedAsync(10000, "/v1/swap", json.ToJsonString());
        // The largest amount that is one, and the smallest that is none.
        foreach (var (amount, isOne) in new[] { (ulong.MaxValue / 2, true), (1UL << 63, false), (ulong.MaxValue, false) })
        {
            await RefusedAsync(isOne ? 11006 : 10000, ("/v1/swap", TestWallet.Swap(proofs, [output with { Amount = amount }])));
            await RefusedAsync(isOne ? 10001 : 10000, ("/v1/swap", TestWallet.Swap([proofs[0] with { Amount = amount }], [output])));
            await RefusedAsync(isOne ? 11006 : 10000, Quote(new() { ["amount"] = amount, ["unit"] = "sat" }));
        }

        await _wallet.SwapAsync(proofs, 4, 2);
    }

    [Fact]
    public async Task Keysets_that_are_over_are_12002_and_12003()
    {
        var proofs = await _wallet.MintAsync(4);
        var old = _wallet.Keyset();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Known.Ok(await _mint.Keyring.RotateAsync("sat", 0, now + 3600, CancellationToken.None));
        await RefusedAsync(12002, ("/v1/swap", TestWallet.Swap(proofs, [_wallet.Output(4, keyset: old)])));
        Known.Ok(await _mint.Keyring.RotateAsync("sat", 0, now - 1, CancellationToken.None));
        await RefusedAsync(12003, Swap(proofs, 4));
        await RefusedAsync(12001, "GET", $"/v1/keys/{new string('0', 16)}");
        await RefusedAsync(12001, "GET", "/v1/keys/nonsense");
        Assert.Equal(200, (await _mint.GetAsync($"/v1/keys/{old.Id}")).Status);
    }

    [Fact]
    public async Task Quotes_are_refused_by_their_codes()
    {
        await RefusedAsync(11006, Quote(new() { ["amount"] = 1, ["unit"] = "sat" }));
        await RefusedAsync(11006, Quote(new() { ["amount"] = 1001, ["unit"] = "sat" }));
        await RefusedAsync(11006, Quote(new() { ["amount"] = 1999, ["unit"] = "msat" }));
        await RefusedAsync(10000, Quote(new() { ["amount"] = 0, ["unit"] = "sat" }));
        await RefusedAsync(10000, Quote(new() { ["amount"] = 2, ["unit"] = "sat", ["description"] = new string('ä', 320) }));
        await RefusedAsync(11013, Quote(new() { ["amount"] = 2, ["unit"] = "eur" }));
        await RefusedAsync(20009, Quote(new() { ["amount"] = 2, ["unit"] = "sat", ["pubkey"] = "02" + new string('0', 64) }));
        foreach (var path in new[] { "/v1/mint/quote/bolt12", "/v1/mint/bolt12", "/v1/mint/bolt12/batch", "/v1/melt/quote/bolt12", "/v1/melt/bolt12" })
            await RefusedAsync(11013, path, "{}");
        await RefusedAsync(20000, "GET", "/v1/mint/quote/bolt11/none");
        await RefusedAsync(20000, "GET", "/v1/mint/quote/bolt11/" + new string('x', 200));
        await RefusedAsync(20000, ("/v1/mint/quote/bolt11/check", new() { ["quotes"] = new JsonArray("none") }));

        await _mint.RestartAsync(settings: ("RequirePubkey", "true"));
        await RefusedAsync(20009, Quote(new() { ["amount"] = 2, ["unit"] = "sat" }));
        await _mint.RestartAsync(settings: ("Minting", "false"));
        await RefusedAsync(20003, Quote(new() { ["amount"] = 2, ["unit"] = "sat" }));
    }

    [Fact]
    public async Task Mints_are_refused_by_their_codes()
    {
        var unpaid = (string)(await _wallet.QuoteAsync(4))["quote"]!;
        var paid = await _wallet.PaidQuoteAsync(4);
        var locked = await _wallet.PaidQuoteAsync(4, pubkey: Known.Generator);
        await RefusedAsync(20000, Mint("none", 4));
        await RefusedAsync(20001, Mint(unpaid, 4));
        await RefusedAsync(11005, Mint(paid, 4, 1));
        await RefusedAsync(11010, ("/v1/mint/bolt11", TestWallet.Mint(paid, [_wallet.Output(4, keyset: _wallet.Keyset("msat"))])));
        await RefusedAsync(20008, Mint(locked, 4));
        await RefusedAsync(20008, ("/v1/mint/bolt11", TestWallet.Mint(locked, _wallet.Outputs(4), new string('0', 128))));
        await RefusedAsync(11016, Batch([paid, paid], 8));
        await RefusedAsync(11017, Batch([.. Enumerable.Range(0, 101).Select(i => $"{i}")], 8));
        await RefusedAsync(20000, Batch([paid, "none"], 8));
        await RefusedAsync(20008, Batch([paid, locked], 8));
        await RefusedAsync(11009, Batch([paid, await _wallet.PaidQuoteAsync(4000, "msat")], 8));
        await _mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(paid, _wallet.Outputs(4)));
        await RefusedAsync(20002, Mint(paid, 4));

        var outputs = _wallet.Outputs(4);
        IReadOnlyList<BlindedMessage> messages = [new(4, outputs[0].Keyset.Id, PointText.Of(outputs[0].Blinded))];
        var (key, signature) = (new byte[32], new byte[64]);
        key[31] = 1;
        var framed = MintQuoteSignature.FramedMessage(new QuoteId(locked), messages);
        Secp256k1.SignSchnorr(key, System.Security.Cryptography.SHA256.HashData(framed), new byte[32], signature);
        await _mint.OkAsync("/v1/mint/bolt11", TestWallet.Mint(locked, outputs, Convert.ToHexStringLower(signature)));
    }

    [Fact]
    public async Task A_database_that_is_gone_is_50000_and_says_nothing_of_itself()
    {
        var body = TestWallet.Swap(await _wallet.MintAsync(4), _wallet.Outputs(4)).ToJsonString();
        await _mint.StopDatabaseAsync();

        var (status, answer) = await _mint.PostAsync("/v1/swap", body);

        Assert.Equal((500, "{\"detail\":\"Internal error\",\"code\":50000}"), (status, answer.ToJsonString()));
    }

    [Fact]
    public async Task Every_answer_allows_any_origin_and_unknown_routes_are_404()
    {
        foreach (var (method, path, status) in new[]
        {
            ("GET", "/v1/keys", 200), ("POST", "/v1/swap", 400), ("GET", "/v1/nothing", 404), ("GET", "/v1/swap", 404),
            ("OPTIONS", "/v1/swap", 204), ("OPTIONS", "/v1/mint/bolt11", 204), ("OPTIONS", "/v1/nothing", 204),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await _mint.Http.SendAsync(request);
            Assert.True(status == (int)answer.StatusCode, $"{method} {path}: {answer.StatusCode}");
            Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
            if (method == "OPTIONS") Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Headers")));
        }
    }

    private static OperationId Operation { get; } = new(new Guid(1, 2, 3, new byte[8]));

    private (string, JsonObject) Swap(IEnumerable<Proof> inputs, params ulong[] amounts) =>
        ("/v1/swap", TestWallet.Swap(inputs, _wallet.Outputs(amounts)));

    private (string, JsonObject) Mint(string quote, params ulong[] amounts) =>
        ("/v1/mint/bolt11", TestWallet.Mint(quote, _wallet.Outputs(amounts)));

    private (string, JsonObject) Batch(string[] quotes, params ulong[] amounts) => ("/v1/mint/bolt11/batch", new JsonObject
    {
        ["quotes"] = new JsonArray([.. quotes.Select(q => (JsonNode)q)]),
        ["outputs"] = TestWallet.Json(_wallet.Outputs(amounts)),
    });

    private static (string, JsonObject) Quote(JsonObject body) => ("/v1/mint/quote/bolt11", body);

    private async Task HoldAsync(Action<Work> write) => Known.Ok(await _mint.Database.CommitAsync<bool>(Locks.None, work =>
    {
        write(work);
        return ValueTask.FromResult<Result<bool>>(true);
    }, CancellationToken.None));

    private Task RefusedAsync(int code, (string Path, JsonObject Body) request) => RefusedAsync(code, request.Path, request.Body.ToJsonString());

    private async Task RefusedAsync(int code, string path, string body)
    {
        var (status, answer) = path == "GET" ? await _mint.GetAsync(body) : await _mint.PostAsync(path, body);
        Assert.True((400, code) == (status, (int?)answer["code"]), $"{path} {body[..Math.Min(200, body.Length)]}: {status} {answer.ToJsonString()}");
        Assert.NotEmpty((string)answer["detail"]!);
    }
}
