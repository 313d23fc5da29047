using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Tests.Storage;

/// <summary>Holds the writer, or the one connection that works have, inside a work, so that what is committed meanwhile gathers behind it.</summary>
internal sealed class Gate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<Result<int>> _holder;

    // On another thread: where works run side by side a work begins on its caller's.
    private Gate(IDatabase database, Action<Work> before) => _holder = Task.Run(() => database.CommitAsync<int>(Locks.None, work =>
    {
        before(work);
        _entered.SetResult();
        _open.Wait();
        return new(0);
    }, CancellationToken.None));

    public static async Task<Gate> CloseAsync(IDatabase database, Action<Work>? before = null)
    {
        var gate = new Gate(database, before ?? (_ => { }));
        await gate._entered.Task;
        return gate;
    }

    public async Task OpenAsync()
    {
        _open.Set();
        await _holder;
    }

    public void Dispose() => _open.Dispose();
}
