namespace Turnpike.Kernel.Storage;

/// <summary>The works that wait for the writer, in the order they came; bounded.</summary>
internal sealed class Waiting(int capacity) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingWork> _works = new();
    private readonly AutoResetEvent _wake = new(false);
    private StorageException? _closed;

    public int Count
    {
        get
        {
            lock (_lock) return _works.Count;
        }
    }

    /// <summary>Adds a work at the end.</summary>
    /// <returns>Why it was not added: too many wait, or the writer has stopped; null if it was.</returns>
    public StorageUnavailableException? TryAdd(PendingWork work)
    {
        bool first;
        lock (_lock)
        {
            if (_closed is not null) return new StorageUnavailableException(_closed.Message, _closed);
            if (_works.Count >= capacity) return new($"{capacity} works already wait for the store; try again.");
            _works.Enqueue(work);
            first = _works.Count == 1;
        }

        if (first) _wake.Set();
        return null;
    }

    /// <summary>Takes all that waits, up to a number; waits until there is one.</summary>
    /// <returns>False if no more will come.</returns>
    public bool Take(int max, List<PendingWork> batch)
    {
        while (true)
        {
            lock (_lock)
            {
                while (batch.Count < max && _works.TryDequeue(out var work)) batch.Add(work);
                if (batch.Count > 0) return true;
                if (_closed is not null) return false;
            }

            _wake.WaitOne();
        }
    }

    /// <summary>Takes no more; what waits is still handed out.</summary>
    public void Close(StorageException reason)
    {
        lock (_lock) _closed ??= reason;
        _wake.Set();
    }

    public void Dispose() => _wake.Dispose();
}
