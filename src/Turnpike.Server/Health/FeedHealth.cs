using Microsoft.Extensions.Diagnostics.HealthChecks;
using Turnpike.Kernel.Events;

namespace Turnpike.Server.Health;

/// <summary>
/// Degraded while subscribers are far behind the newest committed event, or this node is behind the table: what it sends out is old.
/// </summary>
internal sealed class FeedHealth(Feed feed) : IHealthCheck
{
    private const long MaxLag = 100_000;

    // Longer than a database needs to end a session that hangs in a commit.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(15);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (lag, delay) = (feed.Lag, feed.Delay);
        var data = new Dictionary<string, object> { ["lag"] = lag, ["delay_seconds"] = delay.TotalSeconds };
        return Task.FromResult(lag <= MaxLag && delay <= MaxDelay
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded(data: data));
    }
}
