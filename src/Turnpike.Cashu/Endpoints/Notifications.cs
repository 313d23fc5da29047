using Microsoft.Extensions.Hosting;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>The topic of all that wallets can subscribe to: the mint's events, on every node.</summary>
internal sealed class Notifications(IDatabase database, Hub hub) : IHostedService
{
    private Topic<EventChange>? _topic;

    /// <summary>The topic; after <see cref="StartAsync"/>.</summary>
    public Topic<EventChange> Topic => _topic ?? throw new InvalidOperationException("The topic has not been opened.");

    /// <summary>Opens the topic; before the feed starts and anything listens.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _topic = hub.EventTopic(CashuTopics.All, database);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
