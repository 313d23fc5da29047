using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Turnpike.Kernel.Storage;

namespace Turnpike.Kernel.Events;

/// <summary>What a subscriber of the feed wants.</summary>
/// <param name="Prefix">What its topics begin with.</param>
/// <param name="OnEvent">Takes an event.</param>
/// <param name="OnPlaceLost">Starts anew what it keeps; null if it keeps nothing.</param>
internal sealed record FeedHandler(string Prefix, Func<CommittedEvent, ValueTask> OnEvent, Func<ValueTask>? OnPlaceLost);

/// <summary>One subscriber of the feed: a cursor that follows the tail, or the table where it has fallen behind the tail.</summary>
internal sealed class FeedSubscriber(FeedHandler handler, FeedTail tail, IDatabase database, FeedMetrics metrics, TimeProvider clock,
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

    private int _start = tail.Start.Number;
    private long _position = tail.Start.Position;

    /// <summary>The last event that was handed over, or is not this subscriber's.</summary>
    public long Position => Volatile.Read(ref _position);

    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var page = new List<CommittedEvent>(Page);
        while (!cancellation.IsCancellationRequested)
        {
            page.Clear();
            var found = tail.Read(Position, _start, Page, page, out var before);
            if (found == TailRead.Behind && !await TryReadTableAsync(page, cancellation)) continue;
            if (tail.Start.Number != _start)
            {
                await StartAnewAsync(cancellation);
                continue;
            }

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
        if (e.Topic.StartsWith(handler.Prefix, StringComparison.Ordinal))
        {
            try
            {
                await handler.OnEvent(e);
                metrics.Handed();
            }
            catch (Exception exception)
            {
                metrics.Failed();
                log.HandlerFailed(handler.Prefix, e.Position, exception);
            }
        }

        Volatile.Write(ref _position, e.Position);
    }

    /// <summary>Tells the subscriber, until it has understood: an event on top of what it keeps would be worse than none.</summary>
    private async ValueTask StartAnewAsync(CancellationToken cancellation)
    {
        var (number, position) = tail.Start;
        try
        {
            cancellation.ThrowIfCancellationRequested();
            if (handler.OnPlaceLost is { } onPlaceLost) await onPlaceLost();
            Volatile.Write(ref _position, position);
            _start = number;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            log.HandlerKeepsPlace(handler.Prefix, exception);
            await Task.Delay(RetryAfter, clock, cancellation);
        }
    }

    private async ValueTask<bool> TryReadTableAsync(List<CommittedEvent> page, CancellationToken cancellation)
    {
        try
        {
            log.HandlerBehind(handler.Prefix, Position);
            // Only up to the head: what is in the table beyond may have something before it that is not there yet.
            var head = tail.Head;
            page.AddRange(await database.ReadAsync(
                snapshot => EventTable.ReadAsync(snapshot, Position, head, Page), cancellation));
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
