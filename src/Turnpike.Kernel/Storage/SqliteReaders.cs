using System.Collections.Concurrent;

namespace Turnpike.Kernel.Storage;

/// <summary>The readers' connections. Each read is one short transaction; an open one would keep the log from being reset.</summary>
internal sealed class SqliteReaders(string file, int maxReaders, int maxStatements) : IAsyncDisposable
{
    // 8 MB each: there may be many of them, and pages not found come from the system's cache.
    private const string Pragmas = "PRAGMA query_only = 1; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192";

    // Not max(position): retention may have deleted the last row, its number is given out all the same.
    private const string Head = "SELECT seq FROM sqlite_sequence WHERE name = 'event'";

    private readonly SemaphoreSlim _free = new(maxReaders);
    private readonly ConcurrentStack<SqliteConnection> _idle = new();

    public async Task<T> ReadAsync<T>(Func<Snapshot, ValueTask<T>> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            return Read(read);
        }
        catch (SqliteFailure failure) when (failure.AsUnavailable() is { } unavailable)
        {
            throw unavailable;
        }
        finally
        {
            _free.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < maxReaders; i++) await _free.WaitAsync();
        while (_idle.TryPop(out var connection)) connection.Dispose();
        _free.Dispose();
    }

    private T Read<T>(Func<Snapshot, ValueTask<T>> read)
    {
        if (!_idle.TryPop(out var connection)) connection = Open();
        var whole = false;
        try
        {
            connection.Execute("BEGIN");
            var result = Run(connection, read);
            connection.Execute("COMMIT");
            whole = true;
            return result;
        }
        finally
        {
            // A connection after a failure is not worth an inspection.
            if (whole) _idle.Push(connection);
            else connection.Dispose();
        }
    }

    private static T Run<T>(SqliteConnection connection, Func<Snapshot, ValueTask<T>> read)
    {
        // The first read is what fixes the snapshot.
        var snapshot = new SqliteSnapshot(connection, connection.First(Head, static row => row.Int64(0)));
        try
        {
            var running = read(snapshot);
            if (!running.IsCompleted)
                throw new InvalidOperationException("A read awaited something other than its snapshot.");
            return running.GetAwaiter().GetResult();
        }
        finally
        {
            snapshot.End();
        }
    }

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.Open(file, create: false, maxStatements);
        connection.Script(Pragmas);
        return connection;
    }
}
