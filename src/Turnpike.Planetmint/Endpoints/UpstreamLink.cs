using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>The chain that this node follows, if it follows one. Otherwise it makes its own blocks and there is nothing here.</summary>
internal sealed class UpstreamLink : IHostedService, IAsyncDisposable
{
    private readonly Follower? _follower;

    public UpstreamLink(IOptions<PlanetmintOptions> options, IBlockStore store, TimeProvider clock, ILogger<Follower> logger)
    {
        Upstream = Upstreams.Create(options.Value.Upstream, clock);
        if (Upstream is not null) _follower = new Follower(Upstream, store, options.Value.Upstream, clock, logger);
    }

    /// <summary>Where transactions are passed on to; null if this node makes its own blocks.</summary>
    public IUpstream? Upstream { get; }

    /// <summary>How following goes; null if this node makes its own blocks.</summary>
    public FollowerHealth? Health => _follower?.Health;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _follower?.StartAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _follower?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _follower?.Dispose();
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
}
