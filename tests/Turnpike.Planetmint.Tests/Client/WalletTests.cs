using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Turnpike.Planetmint.Client;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Tests.Client;

public sealed class WalletTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(20261121, 9);
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly OwnerKeyPair[] Keys =
        [.. Enumerable.Range(1, 3).Select(n => OwnerKeyPair.FromSeed([.. Enumerable.Repeat((byte)n, 32)]))];

    private static readonly Arbitrary<(int From, int To, int Amount)[]> Transfers =
        (from f in Gen.Choose(0, 2) from t in Gen.Choose(0, 2) from a in Gen.Choose(1, 150) select (f, t, a))
        .ArrayOf().Resize(25).ToArbitrary();

    [Fact]
    public void Whatever_is_transferred_nothing_is_lost_and_nothing_appears() => Prop.ForAll(Transfers, transfers =>
    {
        MoveAsync(transfers).GetAwaiter().GetResult();
    }).Check(Runs);

    [Fact]
    public async Task Change_comes_back_and_the_amount_goes_to_whom_it_belongs()
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger);
        var asset = Ok(await new Wallet(client, Keys[0]).CreateAsync("""{"name":"barrel"}""", 100, null, None)).Id;

        var transfer = Ok(await new Wallet(client, Keys[0]).TransferAsync(asset, 30, Keys[1].Owner, """{"for":"rent"}""", None));

        Assert.Equal([(30, Keys[1].Owner), (70, Keys[0].Owner)], transfer.Outputs.Select(o => ((int)o.Amount, o.PublicKeys[0])));
        Assert.Equal(70, (int)await client.BalanceAsync(Keys[0].Owner, asset, None));
    }

    [Fact]
    public async Task Too_much_is_refused_before_anything_is_posted()
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger);
        var asset = Ok(await new Wallet(client, Keys[0]).CreateAsync(null, 10, null, None)).Id;

        var result = await new Wallet(client, Keys[0]).TransferAsync(asset, 11, Keys[1].Owner, null, None);

        Assert.Equal(Wallet.InsufficientFunds, result.Error?.Name);
        Assert.Single(ledger.Chain);
    }

    [Fact]
    public async Task What_is_shared_with_another_key_is_seen_but_not_spent_alone()
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger);
        var shared = ConditionDetails.Of(2, Keys[0].Owner, Keys[1].Owner);
        var asset = Ok(TransactionBuilder.Create([Keys[0]], [new NewOutput(50, shared), new NewOutput(5, Keys[0].Owner)]));
        Ok(await client.PostAsync(asset, PostMode.Commit, None));

        Assert.Equal(55, (int)await client.BalanceAsync(Keys[0].Owner, asset.Id, None));
        var wallet = new Wallet(client, Keys[0]);
        Assert.Equal(Wallet.InsufficientFunds, (await wallet.TransferAsync(asset.Id, 6, Keys[2].Owner, null, None)).Error?.Name);
        Assert.True((await wallet.TransferAsync(asset.Id, 5, Keys[2].Owner, null, None)).IsOk);
    }

    [Fact]
    public async Task A_double_spend_is_refused_in_the_nodes_words()
    {
        using var client = Connect(new LedgerHandler());
        var wallet = new Wallet(client, Keys[0]);
        var asset = Ok(await wallet.CreateAsync(null, 10, null, None)).Id;
        var rival = Ok(await wallet.ComposeTransferAsync(asset, 10, Keys[2].Owner, null, None));
        Ok(await wallet.TransferAsync(asset, 10, Keys[1].Owner, null, None));

        var refused = (await client.PostAsync(rival, PostMode.Sync, None)).Error;

        Assert.Equal((400, "DoubleSpend"), (refused!.Code, refused.Name));
        Assert.Equal($"Invalid transaction (DoubleSpend): input `{asset}` was already spent", refused.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task Pages_of_any_size_give_every_output_once_and_in_order(int pageSize)
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger, pageSize);
        foreach (var outputs in (int[])[1, 3, 1, 2, 5, 1])
        {
            var made = TransactionBuilder.Create([Keys[0]], [.. Enumerable.Range(1, outputs).Select(n => new NewOutput(n, Keys[1].Owner))],
                System.Text.Encoding.UTF8.GetBytes($$"""{"n":{{ledger.Chain.Count}}}"""));
            Ok(await client.PostAsync(Ok(made), PostMode.Commit, None));
        }
        var seen = new List<OutputRef>();

        await foreach (var output in client.GetOutputsAsync(Keys[1].Owner, null, detail: false, None)) seen.Add(output.Output);

        Assert.Equal(ledger.Chain.SelectMany(t => t.Outputs.Index().Select(o => t.Output(o.Index))), seen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public async Task Pages_of_any_size_give_every_transaction_of_an_asset(int pageSize)
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger, pageSize);
        var wallet = new Wallet(client, Keys[0]);
        var asset = Ok(await wallet.CreateAsync(null, 10, null, None)).Id;
        Ok(await wallet.CreateAsync("""{"another":"asset"}""", 10, null, None));
        for (var i = 0; i < 4; i++) Ok(await wallet.TransferAsync(asset, 1, Keys[1].Owner, null, None));
        var seen = new List<TransactionId>();

        await foreach (var transaction in client.GetTransactionsAsync(asset, Operation.Transfer, None)) seen.Add(transaction.Id);

        Assert.Equal(ledger.Chain[2..].Select(t => t.Id), seen);
        Assert.Equal(ledger.Chain[^1].Id, (await client.GetLastTransactionAsync(asset, null, None))?.Id);
    }

    [Fact]
    public async Task Blocks_and_searches_are_read()
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger);
        Assert.Equal(0, (await client.GetLatestBlockAsync(None))?.Height);
        var made = Ok(await new Wallet(client, Keys[0]).CreateAsync("""{"name":"barrel"}""", 1, null, None));

        Assert.Equal(made.Id, Assert.Single((await client.GetBlockAsync(1, None))!.Transactions).Id);
        Assert.Null(await client.GetBlockAsync(2, None));
        Assert.Equal(1, await client.FindBlockAsync(made.Id, None));
        Assert.Null(await client.FindBlockAsync(default, None));
        Assert.Null(await client.GetTransactionAsync(default, None));
        Assert.Equal(made.CanonicalBody.ToArray(), (await client.GetTransactionAsync(made.Id, None))!.CanonicalBody.ToArray());
        var hit = Assert.Single(await client.SearchAssetsAsync("a & b=ü", 10, None));
        Assert.Equal(new SearchHit(made.Id, """{"n":1e-05,"q":"a & b=ü"}"""), hit);
        Assert.Equal(new SearchHit(made.Id, "null"), Assert.Single(await client.SearchMetadataAsync("x", 0, None)));
    }

    [Theory]
    [InlineData(400, """{"message":{"search":"text_search cannot be empty"}}""", "search: text_search cannot be empty")]
    [InlineData(400, """{"message":"Unknown arguments: foo"}""", "Unknown arguments: foo")]
    [InlineData(403, "<html>no</html>", "<html>no</html>")]
    public async Task A_refusal_is_told_in_the_nodes_words(int status, string body, string text)
    {
        using var client = Connect(new LedgerHandler { Instead = _ => LedgerHandler.Json(status, body) });

        var error = await Assert.ThrowsAsync<PlanetmintClientException>(() => client.SearchAssetsAsync("", 0, None));
        Assert.Equal((status, text), (error.Status, error.Message));
    }

    [Fact]
    public async Task A_failing_node_leaves_the_outcome_of_a_post_open()
    {
        var answer = LedgerHandler.Json(500, """{"message":"Internal error","status":500}""");
        using var client = Connect(new LedgerHandler { Instead = _ => answer });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => new Wallet(client, Keys[0]).CreateAsync(null, 1, null, None));
        Assert.Equal((HttpStatusCode.InternalServerError, "Internal error"), (error.StatusCode, error.Message));
    }

    private static async Task MoveAsync((int From, int To, int Amount)[] transfers)
    {
        var ledger = new LedgerHandler();
        using var client = Connect(ledger);
        var asset = Ok(await new Wallet(client, Keys[0]).CreateAsync("""{"name":"barrel"}""", 100, null, None)).Id;
        int[] model = [100, 0, 0];
        foreach (var (from, to, amount) in transfers)
        {
            var result = await new Wallet(client, Keys[from]).TransferAsync(asset, amount, Keys[to].Owner, null, None);
            if (amount > model[from])
            {
                Assert.Equal(Wallet.InsufficientFunds, result.Error?.Name);
                continue;
            }
            Ok(result);
            model[from] -= amount;
            model[to] += amount;
        }
        for (var i = 0; i < 3; i++) Assert.Equal(model[i], (int)await client.BalanceAsync(Keys[i].Owner, asset, None));
    }

    private static PlanetmintClient Connect(LedgerHandler ledger, int pageSize = 1000) =>
        new(new PlanetmintClientOptions { Node = new Uri("http://node.test"), Handler = ledger, PageSize = pageSize });

    private static Transaction Ok(Turnpike.Kernel.Result<Transaction> result) =>
        result.TryGet(out var transaction, out var error) ? transaction : throw new InvalidOperationException(error.Message);
}
