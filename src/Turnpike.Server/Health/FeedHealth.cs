using Microsoft.Extensions.Diagnostics.HealthChecks;
using Turnpike.Kernel.Events;

namespace Turnpike.Server.Health;

/// <summary>Degraded while subscribers are far behind the newest committed event: what they send out is old.</summary>
internal sealed class FeedHealth(Feed feed) : IHealthCheck
{
    private const long MaxLag = 100_000;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var lag = feed.Lag;
        var data = new Dictionary<string, object> { ["lag"] = lag };
        return Task.FromResult(lag <= MaxLag ? HealthCheckResult.Healthy(data: data) : HealthCheckResult.Degraded(data: data));
    }
}
