using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

public sealed class BatchReadTests
{
    [Fact]
    public async Task A_reader_sees_nothing_of_a_work_that_waits_for_the_commit_of_its_batch()
    {
        await using var store = await TestStore.OpenAsync();
        await store.Database.OpenAccountAsync(1, 5);
        using var first = await Gate.CloseAsync(store.Database);
        var posted = store.Database.PostAsync(1, 1, 1);
        using var second = new ManualResetEventSlim();
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = store.Database.CommitAsync<int>(Locks.None, _ =>
        {
            inside.SetResult();
            second.Wait();
            return new(1);
        }, CancellationToken.None);
        await first.OpenAsync();
        await inside.Task;

        // The posting is done but for its COMMIT, which waits for the work that is being held.
        Assert.Equal(5, await store.Database.NumberAsync("SELECT balance FROM account"));
        Assert.False(posted.IsCompleted);
        second.Set();
        Assert.True((await posted).IsOk);
        await holder;
        Assert.Equal(6, await store.Database.NumberAsync("SELECT balance FROM account"));
    }
}
