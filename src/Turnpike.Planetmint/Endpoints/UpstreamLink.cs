using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>
/// The chain that this node follows, if it follows one. Otherwise it makes its own blocks and there is nothing here. Of several nodes on
/// one store one follows, under a lease; all of them serve what it stores.
/// </summary>
internal sealed class UpstreamLink(
    IDatabase database, RecentBlocks recent, PlanetmintMetrics metrics, IOptions<PlanetmintOptions> options, TimeProvider clock,
    ILogger<Follower> logger) : BackgroundService, IAsyncDisposable
{
    private const string LeaseName = "planetmint/follower";

    private volatile Follower? _follower;
    private volatile FollowerState _withoutLease = FollowerState.Starting;

    /// <summary>Where transactions are passed on to; null if this node makes its own blocks.</summary>
    public IUpstream? Upstream { get; } = Upstreams.Create(options.Value.Upstream, clock);

    /// <summary>How following goes; null if this node makes its own blocks.</summary>
    public FollowerHealth? Health => Upstream is null ? null
        : _follower?.Health ?? new FollowerHealth(_withoutLease, null, null, false, null);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        switch (Upstream)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Upstream is null ? Task.CompletedTask : database.Leases.RunAsync(LeaseName, FollowAsync, stoppingToken,
            onStandby: () => _withoutLease = FollowerState.Standby);

    private async Task FollowAsync(Lease lease, CancellationToken cancellation)
    {
        var store = new UpstreamBlockStore(database, recent, metrics, clock, lease);
        var follower = new Follower(Upstream!, store, options.Value.Upstream, clock, logger);
        _follower = follower;
        await follower.RunAsync(cancellation);
        // Who found another history keeps saying so; who was stopped or has lost the lease follows no more.
        if (!cancellation.IsCancellationRequested) return;
        _withoutLease = FollowerState.Starting;
        _follower = null;
    }
}
