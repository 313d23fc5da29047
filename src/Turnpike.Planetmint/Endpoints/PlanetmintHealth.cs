using Microsoft.Extensions.Diagnostics.HealthChecks;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Backends;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>Ready if the chain can be read and, where it is another's, is being followed.</summary>
internal sealed class PlanetmintHealth(IDatabase database, UpstreamLink upstream) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var head = await database.ReadAsync(BlockTable.ReadHeadAsync, cancellationToken);
        return upstream.Health switch
        {
            { IsHealthy: false } health => HealthCheckResult.Unhealthy(health.Problem ?? "Waiting for the upstream."),
            { State: FollowerState.Standby } => HealthCheckResult.Healthy($"Height {head.Height}; another node follows the upstream."),
            { } health => HealthCheckResult.Healthy($"Height {head.Height}, {health.Lag} behind the upstream."),
            null => HealthCheckResult.Healthy($"Height {head.Height}."),
        };
    }
}
