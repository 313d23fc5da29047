using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

public sealed class MutationTests
{
    private const int Mutants = 5000;

    [Fact]
    public async Task No_body_makes_the_mint_fail_and_the_books_hold_afterwards()
    {
        await using var mint = await MintHost.StartAsync(StoreKind.Sqlite);
        var wallet = new TestWallet(mint);
        var proofs = await wallet.MintAsync(8, 4, 2);
        (string Path, byte[] Body)[] seeds =
        [
            ("/v1/swap", Bytes(TestWallet.Swap(proofs, wallet.Outputs(8, 4, 2)))),
            ("/v1/mint/bolt11", Bytes(TestWallet.Mint(await wallet.PaidQuoteAsync(8), wallet.Outputs(8)))),
            ("/v1/mint/bolt11/batch", Bytes(new()
            {
                ["quotes"] = new JsonArray(await wallet.PaidQuoteAsync(4)), ["quote_amounts"] = new JsonArray(4),
                ["outputs"] = TestWallet.Json(wallet.Outputs(4)), ["signatures"] = new JsonArray((JsonNode?)null),
            })),
            ("/v1/mint/quote/bolt11", Bytes(new() { ["amount"] = 4, ["unit"] = "sat", ["description"] = "ä" })),
            ("/v1/restore", Bytes(new() { ["outputs"] = TestWallet.Json(wallet.Outputs(4)) })),
            ("/v1/checkstate", Bytes(new() { ["Ys"] = new JsonArray(TestWallet.Y(proofs[0]).ToString()) })),
        ];
        var random = new SplitMix(5);
        var refused = 0;
        for (var i = 0; i < Mutants; i++)
        {
            var (path, body) = seeds[i % seeds.Length];
            using var content = new ByteArrayContent(Mutations.Of(body, ref random));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await mint.Http.PostAsync(new Uri(path, UriKind.Relative), content);
            Assert.True((int)answer.StatusCode is 200 or 400, $"Mutant {i} of {path}: {answer.StatusCode}");
            if ((int)answer.StatusCode != 400) continue;
            refused++;
            var error = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Assert.True((int)error["code"]! >= 10000 && ((string)error["detail"]!).Length > 0, $"Mutant {i} of {path}");
        }

        Assert.InRange(refused, Mutants / 2, Mutants);
        Assert.Empty(await mint.AuditAsync());
    }

    private static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString());
}
