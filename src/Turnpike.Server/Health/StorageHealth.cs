using Microsoft.Extensions.Diagnostics.HealthChecks;
using Turnpike.Kernel.Storage;

namespace Turnpike.Server.Health;

/// <summary>Well if the store runs and a reader answers soon.</summary>
internal sealed class StorageHealth(IDatabase database, TimeProvider clock) : IHealthCheck
{
    // A database that hangs is as good as away to who decides where requests go.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task<long> _look = Task.FromException<long>(new InvalidOperationException("Not looked at yet."));

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (database.Stopped.IsCompleted) return HealthCheckResult.Unhealthy("The store has stopped.");
        try
        {
            var newest = await Look().WaitAsync(Patience, clock, cancellationToken);
            return HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["newest_position"] = newest });
        }
        catch (Exception exception) when (exception is StorageException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The store does not answer.");
        }
    }

    // One look at a time: where the database hangs, those who ask wait for the same answer and take no further connection.
    private Task<long> Look()
    {
        lock (_lock)
        {
            if (_look.IsCompleted) _look = ReadAsync();
            return _look;
        }
    }

    private Task<long> ReadAsync() => database.ReadAsync(
        static snapshot => snapshot.ReadAsync("SELECT coalesce(max(position), 0) FROM event", static row => row.Int64(0)),
        CancellationToken.None);
}
