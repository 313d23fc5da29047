namespace Turnpike.Kernel.Tests.Storage;

public sealed class CommitTests
{
    [Fact]
    public async Task Money_is_conserved_and_every_key_is_there_once_under_64_callers()
    {
        await using var store = await TestStore.OpenAsync();
        var database = store.Database;
        for (var i = 0; i < 8; i++) await database.OpenAccountAsync(i, 1_000_000);

        // Each key is posted by two of the callers; one of them must be told so.
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => database.PostAsync((caller + i) % 8, (caller / 2 * 50) + i, 1)))));

        var all = results.SelectMany(r => r).ToList();
        Assert.Equal(1600, all.Count(r => r.IsOk));
        Assert.Equal(1600, all.Count(r => r.Error == StandardWork.Twice));
        Assert.Equal(8_001_600, await database.NumberAsync("SELECT sum(balance) FROM account"));
        Assert.Equal(1600, await database.NumberAsync("SELECT count(*) FROM posting"));
        Assert.Equal(1600, await database.NumberAsync("SELECT count(*) FROM event"));
    }
}
