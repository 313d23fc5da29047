using Microsoft.Extensions.Logging;
using Npgsql;

namespace Turnpike.Kernel.Events;

/// <summary>
/// Tells other nodes that this one has committed events, and is told by them. Outside of the works, as a NOTIFY holds a lock of the whole
/// database over its commit, and one after the other with a pause, so that it covers whatever was committed meanwhile. One that is lost
/// costs time only: every feed also looks by itself.
/// </summary>
internal sealed class PostgresSignals(Func<CancellationToken, Task<NpgsqlConnection>> connect, Action onCommit, ILogger log)
{
    /// <summary>How long a signal stands for what is committed after it, as each wakes every node.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private readonly FeedWake _committed = new();
    private int _sender;    // the backend that sends; what comes from it is known already

    /// <summary>This node has committed events.</summary>
    public void Send() => _committed.Set();

    /// <summary>Sends and listens until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(
        new PostgresSession("tells other nodes of commits", connect, log).RunAsync(SendAsync, cancellation),
        new PostgresSession("listens to other nodes' commits", connect, log).RunAsync(ListenAsync, cancellation));

    private async Task SendAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // There is nothing to be made durable; and while nobody waits for a disk, nobody waits for the lock.
        await ExecuteAsync(connection, "SET synchronous_commit = off", cancellation);
        Volatile.Write(ref _sender, connection.ProcessID);
        await using var notify = new NpgsqlCommand("NOTIFY turnpike_events", connection);
        while (true)
        {
            await _committed.WaitAsync(cancellation);
            await notify.ExecuteNonQueryAsync(cancellation);
            await Task.Delay(Pace, TimeProvider.System, cancellation);
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        connection.Notification += (_, e) =>
        {
            if (e.PID != Volatile.Read(ref _sender)) onCommit();
        };
        await ExecuteAsync(connection, "LISTEN turnpike_events", cancellation);
        onCommit();     // what was sent before is not heard any more
        while (true) await connection.WaitAsync(cancellation);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
