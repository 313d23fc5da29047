using Npgsql;
using Turnpike.Kernel.Tests.Storage;

namespace Turnpike.Kernel.Tests.Events;

/// <summary>The way from a feed to its database, which a test can cut.</summary>
internal sealed class OwnConnections(TestStore store) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<int> _sessions = [];
    private TaskCompletionSource _way = Open();

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        Task way;
        lock (_lock) way = _way.Task;
        await way.WaitAsync(cancellation);
        var settings = new NpgsqlConnectionStringBuilder(store.Options.ConnectionString!) { Pooling = false, KeepAlive = 5 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellation);
        lock (_lock) _sessions.Add(connection.ProcessID);
        return connection;
    }

    /// <summary>Ends the sessions, and lets none be opened.</summary>
    public async Task CutAsync()
    {
        string sessions;
        lock (_lock)
        {
            _way = new(TaskCreationOptions.RunContinuationsAsynchronously);
            sessions = string.Join(", ", _sessions.Append(0));
            _sessions.Clear();
        }

        await store.TerminateAsync($"pid IN ({sessions})");
    }

    public void Restore()
    {
        lock (_lock) _way.TrySetResult();
    }

    public void Dispose() => Restore();

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.SetResult();
        return open;
    }
}
