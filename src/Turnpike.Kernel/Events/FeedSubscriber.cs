using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>One subscriber of the feed: a cursor that follows the tail, or the table where it has fallen behind the tail.</summary>
internal sealed class FeedSubscriber(string prefix, Func<CommittedEvent, ValueTask> handler, long position, FeedMetrics metrics,
    ILogger log)
{
    private const int Page = 256;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // One token is enough: whoever takes it looks at all there is.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    private long _position = position;

    /// <summary>The last event that was handed over, or is not this subscriber's.</summary>
    public long Position => Volatile.Read(ref _position);

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task RunAsync(FeedTail tail, IDatabase database, TimeProvider clock, CancellationToken cancellation)
    {
        var page = new List<CommittedEvent>(Page);
        while (!cancellation.IsCancellationRequested)
        {
            page.Clear();
            if (!tail.TryRead(Position, Page, page, out var before)
                && !await TryReadTableAsync(database, page, clock, cancellation)) continue;
            if (page.Count == 0 && Position >= before)
            {
                // The token is taken before the tail is read again, so no event falls between.
                await _wake.Reader.ReadAsync(cancellation);
                continue;
            }

            foreach (var e in page) await HandAsync(e, cancellation);
            // Nothing in the table either: those events were deleted before they came to this subscriber's turn.
            if (page.Count == 0) Volatile.Write(ref _position, before);
        }
    }

    private async ValueTask HandAsync(CommittedEvent e, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (e.Topic.StartsWith(prefix, StringComparison.Ordinal))
        {
            try
            {
                await handler(e);
                metrics.Handed();
            }
            catch (Exception exception)
            {
                metrics.Failed();
                log.HandlerFailed(prefix, e.Position, exception);
            }
        }

        Volatile.Write(ref _position, e.Position);
    }

    private async ValueTask<bool> TryReadTableAsync(IDatabase database, List<CommittedEvent> page, TimeProvider clock,
        CancellationToken cancellation)
    {
        try
        {
            log.HandlerBehind(prefix, Position);
            page.AddRange(await database.ReadAsync(snapshot => EventTable.ReadAsync(snapshot, Position, Page), cancellation));
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.FeedReadFailed(Position, exception);
            await Task.Delay(RetryAfter, clock, cancellation);
            return false;
        }
    }
}
