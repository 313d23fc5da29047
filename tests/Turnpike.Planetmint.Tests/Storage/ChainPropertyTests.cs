using System.Text;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Endpoints;
using Turnpike.Tests;

namespace Turnpike.Planetmint.Tests.Storage;

/// <summary>Random assets, transfers and double spends through the producer and the real store.</summary>
public abstract class ChainPropertyTests(SqlDialect store)
{
    public sealed class OnSqlite() : ChainPropertyTests(SqlDialect.Sqlite);

    public sealed class OnPostgres() : ChainPropertyTests(SqlDialect.Postgres);

    private static readonly OwnerKeyPair[] s_keys = [.. new[] { "alice", "bob", "carol" }.Select(TestVectors.Key)];

    [Theory, InlineData(11), InlineData(12), InlineData(13)]
    public async Task Whatever_is_posted_heights_are_dense_and_each_asset_is_conserved(int seed)
    {
        await using var chain = await ChainFile.OpenAsync(store);
        var random = new SplitMix((ulong)seed);
        var made = new List<Transaction>();
        var taken = new List<TransactionId>();
        for (var round = 0; round < 12; round++)
        {
            var producer = await chain.StartProducerAsync();
            Transaction[] posts = [.. Enumerable.Range(0, 1 + random.Below(40)).Select(_ => Next(made, ref random))];
            var answers = Task.WhenAll(posts.Select(p => producer.SubmitAsync(new Candidate(p, true), CancellationToken.None)));
            await answers.WaitAsync(TimeSpan.FromSeconds(30));
            taken.AddRange((await answers).Where(a => a.Error is null).Select(a => a.OrThrow().Id));
            await producer.StopAsync(CancellationToken.None);
            if (round % 3 == 2) await chain.ReopenAsync();
            await CheckAsync(chain, taken);
        }

        Assert.InRange(taken.Count, 50, made.Count - 10);
    }

    [Fact]
    public async Task A_store_that_closes_under_the_producer_leaves_whole_blocks_and_what_was_answered()
    {
        await using var chain = await ChainFile.OpenAsync(store);
        var random = new SplitMix(14);
        var made = new List<Transaction>();
        var taken = new List<TransactionId>();
        for (var round = 0; round < 4; round++)
        {
            var producer = await chain.StartProducerAsync();
            Transaction[] posts = [.. Enumerable.Range(0, 150).Select(_ => Next(made, ref random))];
            // The first answers are awaited, then the store is closed beneath the others.
            var answers = posts.Select(p => SubmitAsync(producer, p)).ToList();
            await Task.WhenAny(answers).WaitAsync(TimeSpan.FromSeconds(30));
            await chain.ReopenAsync();
            foreach (var id in await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(30)))
                if (id is { } known) taken.Add(known);
            await producer.StopAsync(CancellationToken.None);
            await CheckAsync(chain, taken, atLeast: true);
        }
    }

    /// <returns>Null if it was refused, or the store was gone.</returns>
    private static async Task<TransactionId?> SubmitAsync(BlockProducer producer, Transaction transaction)
    {
        try
        {
            return (await producer.SubmitAsync(new Candidate(transaction, true), CancellationToken.None)).TryGet(out var taken, out _)
                ? taken.Id : null;
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private static async Task CheckAsync(ChainFile chain, List<TransactionId> taken, bool atLeast = false)
    {
        Assert.Empty(await chain.AuditAsync());
        var (head, blocks, empty) = await chain.ReadAsync(
            "SELECT COALESCE(MAX(height), 0), COUNT(*), COUNT(CASE WHEN tx_count = 0 THEN 1 END) FROM pm_block",
            static row => (row.Int64(0), row.Int64(1), row.Int64(2)));
        Assert.Equal((head, 0), (blocks, empty));
        var stored = await chain.Database.ReadAsync(
            snapshot => snapshot.ReadListAsync("SELECT id FROM pm_tx ORDER BY position", static row => new TransactionId(row.Bytes(0))),
            CancellationToken.None);
        if (atLeast) Assert.Empty(taken.Except(stored));
        else Assert.Equal(taken.Order(), stored.Order());
    }

    /// <summary>A new asset, or a transfer of what was made, whether it was spent or refused.</summary>
    private static Transaction Next(List<Transaction> made, ref SplitMix random)
    {
        var transaction = made.Count == 0 || random.Below(3) == 0 ? Asset(ref random) : Transfer(made, ref random);
        made.Add(transaction);
        return transaction;
    }

    private static Transaction Asset(ref SplitMix random)
    {
        var outputs = new NewOutput[1 + random.Below(3)];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = new NewOutput(1 + random.Below(100), s_keys[random.Below(3)].Owner);
        return TransactionBuilder.Create([s_keys[random.Below(3)]], outputs,
            Encoding.ASCII.GetBytes($$"""{"n":"{{random.Next()}}"}""")).OrThrow();
    }

    private static Transaction Transfer(List<Transaction> made, ref SplitMix random)
    {
        var source = made[made.Count - 1 - random.Below(Math.Min(made.Count, 12))];
        var index = random.Below(source.Outputs.Count);
        var amount = source.Outputs[index].Amount + (random.Below(10) == 0 ? 1 : 0);
        var first = 1 + random.Below((int)amount);
        NewOutput[] outputs = amount > first
            ? [new NewOutput(first, s_keys[random.Below(3)].Owner), new NewOutput(amount - first, s_keys[random.Below(3)].Owner)]
            : [new NewOutput(amount, s_keys[random.Below(3)].Owner)];
        return TransactionBuilder.Transfer(
            source.AssetId, [Spend.Of(source, index)], s_keys, outputs,
                Encoding.ASCII.GetBytes($$"""{"n":"{{random.Next()}}"}""")).OrThrow();
    }
}
