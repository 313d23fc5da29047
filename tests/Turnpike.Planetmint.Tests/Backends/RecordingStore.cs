using System.Text;
using Turnpike.Planetmint.Backends;

namespace Turnpike.Planetmint.Tests.Backends;

/// <summary>Keeps what it is given, refuses what a real store would refuse, and fails as told.</summary>
internal sealed class RecordingStore : IBlockStore
{
    private readonly Lock _lock = new();
    private readonly List<UpstreamBlock> _blocks = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];

    public Queue<(bool Before, bool After)> Failures { get; } = new();
    public List<string> Wrong { get; } = [];

    /// <summary>Told before each block; a test may wait in it.</summary>
    public Func<UpstreamBlock, Task> OnStore { get; set; } = _ => Task.CompletedTask;

    public (long, string)? HeadOverride { get; set; }

    public IReadOnlyList<UpstreamBlock> Blocks
    {
        get { lock (_lock) return [.. _blocks]; }
    }

    public IEnumerable<string> Texts => Blocks.SelectMany(block => block.Transactions).Select(body => Encoding.UTF8.GetString(body.Span));

    public ValueTask<(long Height, string Hash)?> ReadHeadAsync(CancellationToken cancellation)
    {
        lock (_lock) return new(_blocks.Count == 0 ? HeadOverride : (_blocks[^1].Height, _blocks[^1].Hash));
    }

    public async Task StoreAsync(UpstreamBlock block, CancellationToken cancellation)
    {
        await OnStore(block);
        var (before, after) = Failures.TryDequeue(out var failure) ? failure : default;
        if (before) throw new IOException("The disk is full");
        lock (_lock)
        {
            if (_blocks.Count > 0 && block.Height != _blocks[^1].Height + 1) Wrong.Add($"{block.Height} after {_blocks[^1].Height}");
            _blocks.Add(block);
            foreach (var (count, reached) in _waiting)
                if (_blocks.Count >= count) reached.TrySetResult();
        }

        if (after) throw new IOException("Stored, but the answer was lost");
    }

    /// <summary>Completes when so many blocks are stored.</summary>
    public Task WaitAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_blocks.Count >= count) return Task.CompletedTask;
            _waiting.Add((count, reached));
        }

        return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
