using Microsoft.Extensions.Hosting;

namespace Turnpike.Kernel.Sockets;

/// <summary>
/// One timer for all sessions: pings, dead peers, closes without an answer, stalled readers. At the host's stop it ends the sessions
/// before Kestrel begins to wait for them (Kestrel would wait for the whole shutdown timeout and then cut them off).
/// </summary>
internal sealed class SocketKeeper(SocketServer server) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private const int SweepEvery = 240;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => server.DrainAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, server.Clock);
        for (var turn = 0; await timer.WaitForNextTickAsync(stoppingToken); turn = (turn + 1) % SweepEvery)
        {
            var now = server.NowMs;
            server.ForEach(session => Look(session, now));
            if (turn == 0) server.Limits.Sweep(now);
        }
    }

    private void Look(SocketSession session, long now)
    {
        try
        {
            session.Tick(now);
        }
#pragma warning disable CA1031 // The loop must outlive a fault: without it no dead peer would ever be found.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            server.Logger.KeeperFailed(exception);
        }
    }
}
