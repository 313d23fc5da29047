using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Ready if the keysets are there. Without Lightning the mint swaps; it is said, and is no reason to send nobody here.</summary>
internal sealed class CashuHealth(Keyring keyring, IncomingPayments incoming) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var active = keyring.View.Keysets.All.Count(k => k.Keyset.IsActive);
        return Task.FromResult(incoming.Problem is { } problem
            ? HealthCheckResult.Degraded($"{active} active keysets; Lightning: {problem}")
            : HealthCheckResult.Healthy($"{active} active keysets."));
    }
}
