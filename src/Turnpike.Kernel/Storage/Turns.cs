namespace Turnpike.Kernel.Storage;

/// <summary>Lets so many through at once; others wait in the order they came, up to a number of them.</summary>
internal sealed class Turns(int atOnce, int maxWaiting) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _free = new(atOnce);
    private int _waiting;
    private StorageException? _closed;

    public int Waiting => Volatile.Read(ref _waiting);

    public int Busy => atOnce - _free.CurrentCount;

    /// <summary>Waits for a turn; to be ended with <see cref="End"/>.</summary>
    /// <exception cref="StorageUnavailableException">Too many wait, or the store is closed.</exception>
    /// <exception cref="OperationCanceledException">Withdrawn before its turn came.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_closed is not null) throw new StorageUnavailableException(_closed.Message, _closed);
            if (_free.Wait(0, CancellationToken.None)) return;
            if (_waiting >= maxWaiting) throw new StorageUnavailableException($"{maxWaiting} works already wait for the store; try again.");
            _waiting++;
        }

        try
        {
            await _free.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void End() => _free.Release();

    /// <summary>Lets nobody in any more, and waits for those who are in or in line.</summary>
    public async Task CloseAsync(StorageException reason)
    {
        lock (_lock) _closed ??= reason;
        for (var i = 0; i < atOnce; i++) await _free.WaitAsync();
    }

    public void Dispose() => _free.Dispose();
}
