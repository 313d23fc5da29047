using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Prunes from time to time, on the server that reads the node's payments: it alone knows whether one of them waits.</summary>
/// <remarks>docs/specs/cashu.md 8.</remarks>
internal sealed class Pruner(
    IncomingPayments incoming, Pruning pruning, IOptions<CashuOptions> options, TimeProvider clock, ILogger<Pruner> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Prune.Interval == 0) return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.Prune.Interval), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (incoming.Lease is not { } lease) continue;
            try
            {
                await pruning.PruneAsync(lease, stoppingToken);
            }
            catch (StorageException exception)
            {
                // The store is away, or another server has the lease: what is done is done, and the rest can wait.
                logger.PruningEnded(exception.Message);
            }
        }
    }
}
