using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Turnpike.Cashu.Tests.Backends;
using Turnpike.Tests;

namespace Turnpike.Cashu.Tests.Endpoints;

/// <summary>A mint whose database crashes under it, and comes back.</summary>
public sealed class DatabaseOutageTests
{
    [Fact]
    public async Task What_cannot_be_done_is_50000_and_done_once_when_it_is_repeated()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var melter = await Melter.StartAsync(StoreKind.Sqlite, ("Turnpike:Storage:Provider", "postgres"),
            ("Turnpike:Storage:ConnectionString", await postgres.CreateDatabaseAsync()), ("Turnpike:Storage:LeaseDuration", "00:00:01"));
        await using var mint = melter.Mint;
        var (wallet, outside) = (melter.Wallet, await melter.InvoiceAsync(10, "fake:pending=300"));
        var begun = await melter.QuoteAsync(outside);
        await melter.MeltAsync(begun, await wallet.MintAsync(8, 4), preferAsync: true);
        var quote = await melter.QuoteAsync(await melter.InvoiceAsync(10));
        var (inputs, spent) = (await wallet.MintAsync(8, 4), await wallet.MintAsync(4));
        (string Path, JsonObject Body)[] requests =
        [
            ("/v1/melt/bolt11", Melter.Body(quote, inputs, wallet.Outputs(1))), ("/v1/swap", TestWallet.Swap(spent, wallet.Outputs(2, 2))),
            ("/v1/mint/bolt11", TestWallet.Mint(await wallet.PaidQuoteAsync(4), wallet.Outputs(4))),
            ("/v1/mint/quote/bolt11", new() { ["amount"] = 2, ["unit"] = "sat" }),
        ];
        await using var socket = await ConnectAsync(mint);
        await socket.SendAsync(Req("check_melt_quote", quote));
        Assert.Equal("UNPAID", await StateAsync(socket));

        await postgres.StopAsync("immediate");
        var failed = await Task.WhenAll(requests.Select(r => mint.PostAsync(r.Path, r.Body)));
        Assert.All(failed, f => Assert.Equal((500, """{"detail":"Internal error","code":50000}"""), (f.Status, f.Body.ToJsonString())));
        await socket.SendAsync(Req("check_quote", quote));
        Assert.Equal("""["NOTICE","error [check_quote]: internal error; try again"]""", (await socket.ReadAsync()).GetRawText());
        await socket.SendAsync($$$"""{"id":1,"method":"subscribe","params":{"kind":"proof_state","subId":"s","filters":["{{{Known.Generator}}}"]}}""");
        Assert.Equal(-32603, (await socket.ReadAsync()).GetProperty("error").GetProperty("code").GetInt32());

        await postgres.StartAgainAsync();
        foreach (var (path, body) in requests)
        {
            var (status, answer) = await mint.PostAsync(path, body);
            Assert.True(status == 200, $"{path}: {answer.ToJsonString()}");
        }

        Assert.Equal(["PENDING", "PAID"], [await StateAsync(socket), await StateAsync(socket)]);
        await Melter.EventuallyAsync(async () => await melter.StateAsync(begun) == "PAID");
        Assert.Equal((1L, 1), (await melter.PaysAsync(outside), (await melter.PaymentsAsync(quote)).Count));
        Assert.Equal(["SPENT", "SPENT", "SPENT"], await melter.StatesAsync([.. inputs, .. spent]));
        await melter.AuditAsync();
    }

    private static string Req(string command, string id) => $$"""["REQ","{{command}}","{{command}}",{"ids":["{{id}}"]}]""";

    private static async Task<string> StateAsync(WalletSocket socket) => (await socket.ReadAsync())[2].GetProperty("state").GetString()!;

    private static async Task<WalletSocket> ConnectAsync(MintHost mint)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(mint.Http.BaseAddress!) { Scheme = "ws", Path = "/v1/ws" }.Uri, CancellationToken.None);
        return new WalletSocket(socket);
    }
}
