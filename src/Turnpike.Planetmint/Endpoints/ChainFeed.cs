using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Sockets;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>Publishes the chain's blocks to the streams: after their commit, in order of height, without gaps.</summary>
internal sealed class ChainFeed(
    IDatabase database, Feed feed, Hub hub, NodeKey key, RecentBlocks recent, ChainLog log, TimeProvider clock,
    ILogger<ChainFeed> logger) : IHostedService, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private Topic<BlockChange>? _topic;
    private TaskCompletionSource _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _published;

    /// <summary>The streams' topic; after <see cref="StartAsync"/>.</summary>
    public Topic<BlockChange> Topic => _topic ?? throw new InvalidOperationException("The chain has not been opened.");

    /// <summary>Opens the streams at the chain's head. Registered first: before the first block, and before anything listens.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.RequireAsync("planetmint/validator", key.PublicKey.Span.ToArray(), cancellationToken);
        feed.Subscribe(ChainGrew.Topic, PublishAsync, StartAnewAsync);
        var head = await database.ReadAsync(BlockTable.ReadHeadAsync, cancellationToken);
        _published = head.Height;
        _topic = hub.Topic("planetmint/chain", log, ChainPosition.EndOf(head.Height).Value);
        logger.ChainOpened(head.Height);
    }

    /// <summary>
    /// Waits until a block is published here: another node may have committed it, and answered for it, before this one heard of it.
    /// </summary>
    public async Task ReachAsync(long height, CancellationToken cancellation)
    {
        while (true)
        {
            // Taken before the height is read, so that no block falls between.
            var grew = Volatile.Read(ref _grew).Task;
            if (Volatile.Read(ref _published) >= height) return;
            await grew.WaitAsync(cancellation);
        }
    }

    /// <summary>Blocks may be missing from what was published, or be no longer in the chain: the streams begin again at its head.</summary>
    private async ValueTask StartAnewAsync()
    {
        var head = await database.ReadAsync(BlockTable.ReadHeadAsync, CancellationToken.None);
        Grew(head.Height);
        Topic.StartAnew(ChainPosition.EndOf(head.Height).Value);
        hub.PlaceLost();
        logger.ChainOpened(head.Height);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async ValueTask PublishAsync(CommittedEvent committed)
    {
        var grew = JsonSerializer.Deserialize(committed.Payload.Span, PlanetmintEvents.Default.ChainGrew)!;
        while (_published < grew.Height)
        {
            // A chain that is followed may begin at any height: the block after the last one is not always at the last height + 1.
            var atHand = _published == grew.Height - 1 ? recent.Find(new ChainHead(grew.Height, new AppHash(grew.Hash))) : null;
            var next = atHand is null ? await ReadNextAsync() : new BlockChange(atHand);
            await Topic.PublishAsync(next);
            Grew(next.Block.Height);
        }
    }

    private void Grew(long height)
    {
        Volatile.Write(ref _published, height);
        Interlocked.Exchange(ref _grew, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Another node's block. The database may be away just now; without this block there would be none until the next.</summary>
    private async Task<BlockChange> ReadNextAsync()
    {
        while (true)
        {
            try
            {
                return await log.ReadNextAsync(_published, _stop.Token);
            }
            catch (StorageUnavailableException exception)
            {
                logger.BlockNotRead(exception, _published);
                await Task.Delay(RetryAfter, clock, _stop.Token);
            }
        }
    }
}
