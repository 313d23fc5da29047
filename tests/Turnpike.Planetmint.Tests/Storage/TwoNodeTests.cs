using Turnpike.Kernel;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>Several producers on one chain.</summary>
public sealed class TwoNodeTests
{
    private static readonly OwnerKeyPair s_alice = TestVectors.Key("alice");
    private static readonly OwnerKeyPair s_bob = TestVectors.Key("bob");

    [Fact]
    public async Task Heights_are_dense_and_of_racing_spends_one_is_taken_whichever_node_they_are_posted_to()
    {
        const int rounds = 20, rivals = 64;
        await using var chain = await ChainFile.OpenAsync(SqlDialect.Postgres);
        await using var other = await chain.OpenAgainAsync();
        BlockProducer[] producers = [await chain.StartProducerAsync(), await other.StartProducerAsync()];
        for (var round = 0; round < rounds; round++)
        {
            var coin = TransactionBuilder.Create([s_alice], [new NewOutput(1, s_alice.Owner)], Json($"coin {round}")).OrThrow();
            Assert.True((await SubmitAsync(producers[round % 2], coin)).IsOk);
            var posts = Enumerable.Range(0, rivals).Select(i => TransactionBuilder.Transfer(coin.Id, [Spend.Of(coin, 0)], [s_alice],
                [new NewOutput(1, s_bob.Owner)], Json($"rival {i}")).OrThrow()).ToList();
            var answers = await Task.WhenAll(posts.Select((p, i) => SubmitAsync(producers[i % 2], p)));
            Assert.Single(answers, a => a.IsOk);
            Assert.All(answers.Where(a => !a.IsOk), a => Assert.Equal("DoubleSpend", a.Error!.Name));
        }

        foreach (var producer in producers) await producer.StopAsync(CancellationToken.None);
        Assert.Empty(await chain.AuditAsync());
        Assert.Equal((2 * rounds, 2 * rounds), await other.ReadAsync(
            "SELECT (SELECT MAX(height) FROM pm_block), (SELECT COUNT(*) FROM pm_tx)", static row => (row.Int32(0), row.Int32(1))));
    }

    [Fact]
    public async Task Independent_posts_to_both_nodes_are_all_taken_in_dense_heights_and_the_events_are_in_their_order()
    {
        const int posters = 32, each = 20;
        await using var chain = await ChainFile.OpenAsync(SqlDialect.Postgres);
        await using var other = await chain.OpenAgainAsync();
        BlockProducer[] producers = [await chain.StartProducerAsync(), await other.StartProducerAsync()];
        await Task.WhenAll(Enumerable.Range(0, posters).Select(async p =>
        {
            for (var i = 0; i < each; i++)
            {
                var made = TransactionBuilder.Create([s_alice], [new NewOutput(1, s_alice.Owner)], Json($"{p} {i}")).OrThrow();
                Assert.True((await SubmitAsync(producers[p % 2], made)).IsOk);
            }
        }));
        foreach (var producer in producers) await producer.StopAsync(CancellationToken.None);

        Assert.Empty(await chain.AuditAsync());
        var (head, blocks, transactions) = await other.ReadAsync(
            "SELECT (SELECT MAX(height) FROM pm_block), (SELECT COUNT(*) FROM pm_block), (SELECT COUNT(*) FROM pm_tx)",
            static row => (row.Int64(0), row.Int64(1), row.Int64(2)));
        Assert.Equal((blocks, posters * each), (head, transactions));
        var events = await chain.Database.ReadAsync(
            snapshot => snapshot.ReadListAsync("SELECT payload FROM event ORDER BY position", static row => row.Bytes(0)),
            CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, (int)head).Select(h => (long)h),
            events.Select(e => System.Text.Json.JsonSerializer.Deserialize(e, PlanetmintEvents.Default.ChainGrew)!.Height));
    }

    private static byte[] Json(string word) => System.Text.Encoding.ASCII.GetBytes($$"""{"n":"{{word}}"}""");

    private static Task<Result<Transaction>> SubmitAsync(BlockProducer producer, Transaction transaction) =>
        producer.SubmitAsync(new Candidate(transaction, true), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
}
