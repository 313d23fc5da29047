using System.Threading.Channels;

namespace Turnpike.Kernel.Events;

/// <summary>
/// A flag that wakes one waiter. Cleared before the table is looked at, never after: what comes meanwhile raises it again.
/// </summary>
internal sealed class FeedWake
{
    private readonly Channel<bool> _flag = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
        SingleReader = true,
    });

    public void Set() => _flag.Writer.TryWrite(true);

    public void Clear() => _flag.Reader.TryRead(out _);

    /// <summary>Waits for the flag, and clears it.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await _flag.Reader.ReadAsync(cancellation);
}
