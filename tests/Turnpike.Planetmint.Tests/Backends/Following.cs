using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Tests.Backends;

/// <summary>A follower at work, stopped at the end of its scope.</summary>
internal sealed class Following : IAsyncDisposable
{
    private readonly IUpstream _upstream;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private Following(IUpstream upstream, IBlockStore store, UpstreamOptions options, TimeProvider clock)
    {
        _upstream = upstream;
        Follower = new Follower(upstream, store, options, clock, Log);
        _running = Follower.RunAsync(_stop.Token);
    }

    public Follower Follower { get; }
    public LogChannel Log { get; } = new();

    public static Task<Following> StartAsync(IUpstream upstream, IBlockStore store, UpstreamOptions options, TimeProvider clock) =>
        Task.FromResult(new Following(upstream, store, options, clock));

    public static Task<Following> StartAsync(
        ScriptedUpstream upstream, IBlockStore store, UpstreamOptions? options = null, TimeProvider? clock = null)
    {
        options ??= upstream.Options;
        clock ??= new FastClock(50);
        return StartAsync(Upstreams.Create(options, clock)!, store, options, clock);
    }

    /// <summary>Waits until it ends by itself.</summary>
    public Task EndAsync() => _running.WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        (_upstream as IDisposable)?.Dispose();
    }

    /// <summary>That the store holds exactly the blocks of the chain from a height on, byte for byte.</summary>
    public static void HoldsTheChain(RecordingStore store, ScriptedChain chain, long first = 1)
    {
        Assert.Empty(store.Wrong);
        var heights = Enumerable.Range((int)first, (int)(chain.Head - first + 1)).Select(i => (long)i);
        Assert.Equal(heights, store.Blocks.Select(b => b.Height));
        foreach (var block in store.Blocks)
            Assert.Equal(
                chain.Find(block.Height)!.Counting.Select(t => t.Json),
                block.Transactions.Select(body => Encoding.UTF8.GetString(body.Span)));
    }
}

/// <summary>What was logged; a test waits for a line instead of for a while.</summary>
internal sealed class LogChannel : ILogger<Follower>
{
    private readonly Channel<(int Id, string Text)> _lines = Channel.CreateUnbounded<(int, string)>();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite((id.Id, formatter(state, exception)));

    public async Task<string> NextAsync(int id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
            if (line.Id == id) return line.Text;
        throw new InvalidOperationException("The log ended");
    }
}
