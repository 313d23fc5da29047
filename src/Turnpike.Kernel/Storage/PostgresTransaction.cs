using Npgsql;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// A transaction that begins with its first round trip: BEGIN, the named locks, each a statement of its own so that what follows sees
/// what their last holder committed, and then what is to be done.
/// </summary>
internal sealed class PostgresTransaction(PostgresConnections connections, string begin, Locks locks) : IAsyncDisposable
{
    private const int MaxConnects = 3;
    private const string TakeLock = "SELECT pg_advisory_xact_lock($1)";

    // Raises if the token is another's by now. Its row lock holds off who would take over until the transaction has ended.
    private const string Fence = "SELECT lease_fence($1, $2)";

    private NpgsqlConnection? _connection;
    private bool _begun;

    /// <summary>Does a read. A connection that died while it lay in the pool is replaced by another, as nothing has begun.</summary>
    /// <exception cref="PostgresFailure">It failed.</exception>
    public async Task ReadAsync(PostgresRead read)
    {
        for (var connects = 1; ; connects++)
        {
            var first = !_begun;
            try
            {
                await RunAsync(read);
                return;
            }
            catch (PostgresFailure failure) when (first && failure.IsLost && connects < MaxConnects)
            {
                connections.Forget();
                await DisposeAsync();
                read.Renew();
            }
        }
    }

    /// <summary>A batch with what has to come first; the transaction counts as begun.</summary>
    public async ValueTask<NpgsqlBatch> BatchAsync()
    {
        _connection ??= await connections.OpenAsync();
        var batch = _connection.CreateBatch();
        if (_begun) return batch;
        _begun = true;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(begin));
        foreach (var name in locks.Names) batch.BatchCommands.Add(LockCommand(TakeLock, AdvisoryLock.Of(name)));
        if (locks.Lease is not { } lease) return batch;
        // After the named locks: who waits for those holds up nobody who wants to renew the lease.
        var fence = new NpgsqlBatchCommand(Fence);
        PostgresValues.Add(fence.Parameters, [lease.Name, lease.Token]);
        batch.BatchCommands.Add(fence);
        return batch;
    }

    /// <summary>A statement over an advisory lock's key.</summary>
    public static NpgsqlBatchCommand LockCommand(string sql, long key)
    {
        var command = new NpgsqlBatchCommand(sql);
        PostgresValues.Add(command.Parameters, key);
        return command;
    }

    /// <summary>Ends the transaction with nothing done, if it has begun.</summary>
    public async Task RollBackAsync()
    {
        if (!_begun) return;
        _begun = false;
        if (!await PostgresConnections.TryRollBackAsync(_connection!)) connections.Forget();
    }

    /// <summary>Gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
        _begun = false;
    }

    private async Task RunAsync(PostgresRead read)
    {
        await using var batch = await BatchAsync();
        try
        {
            var before = batch.BatchCommands.Count > 0 ? locks.Names.Count + (locks.Lease is null ? 0 : 1) : 0;
            batch.BatchCommands.Add(read.Command);
            await using var reader = await batch.ExecuteReaderAsync();
            for (var i = 0; i < before; i++) await reader.NextResultAsync();
            await read.TakeAsync(reader);
        }
        catch (Exception exception) when (PostgresFailure.IsCause(exception))
        {
            throw new PostgresFailure(exception, read.Sql);
        }
    }
}
