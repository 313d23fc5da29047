using Microsoft.Extensions.Diagnostics.HealthChecks;
using Turnpike.Kernel.Storage;

namespace Turnpike.Server.Health;

/// <summary>Well if the store's writer runs and a reader answers.</summary>
internal sealed class StorageHealth(IDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (database.Stopped.IsCompleted) return HealthCheckResult.Unhealthy("The store has stopped.");
        var head = await database.ReadAsync(
            static snapshot => snapshot.ReadAsync("SELECT coalesce(max(position), 0) FROM event", static row => row.Int64(0)),
            cancellationToken);
        return HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["newest_position"] = head });
    }
}
