using Microsoft.Extensions.Options;

namespace Turnpike.Server.Hosting;

/// <summary>Says when the end begins and when it is over.</summary>
/// <remarks>
/// Kestrel waits for open connections as long as it may, so the kernel drains the sockets in its own StoppingAsync, which
/// like this one runs before any hosted service is told to stop.
/// </remarks>
internal sealed class OrderlyEnd(IOptions<ServerOptions> options, TimeProvider clock, ILogger<TurnpikeServer> logger)
    : IHostedLifecycleService
{
    private long _began;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _began = clock.GetTimestamp();
        logger.Stopping(options.Value.ShutdownSeconds);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        logger.Stopped((long)clock.GetElapsedTime(_began).TotalMilliseconds);
        return Task.CompletedTask;
    }
}
