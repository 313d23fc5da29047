using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_database_undoes_the_whole_batch_and_the_next_works_go_through_when_there_is_room()
    {
        await using var store = await TestStore.OpenAsync();
        await store.Database.OpenAccountAsync(1, 0);
        using var gate = await Gate.CloseAsync(store.Database, work => LimitPages(work, 20));

        var works = Enumerable.Range(0, 200).Select(i => store.Database.PostAsync(1, i, 1)).ToList();
        await gate.OpenAsync();
        var failures = new List<StorageUnavailableException>();
        foreach (var work in works) failures.Add(await Assert.ThrowsAsync<StorageUnavailableException>(() => work));

        Assert.Contains(failures, f => f.Message.StartsWith("The disk is full", StringComparison.Ordinal));
        Assert.Equal(0, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM posting"));
        Assert.Equal(0, await store.Database.NumberAsync("SELECT count(*) FROM event"));
        using var room = await Gate.CloseAsync(store.Database, work => LimitPages(work, 1_000_000));
        await room.OpenAsync();
        var again = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Database.PostAsync(1, i, 1)));
        Assert.All(again, r => Assert.True(r.IsOk));
        Assert.Equal(200, await store.Database.NumberAsync("SELECT balance FROM account"));
    }

    private static void LimitPages(Work work, int pages) =>
        Assert.True(work.ReadAsync($"PRAGMA max_page_count = {pages}", static row => row.Int64(0)).AsTask().IsCompletedSuccessfully);
}
