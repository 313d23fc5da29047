using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Turnpike.Planetmint.Backends;

/// <summary>
/// Stores an upstream's blocks: always the stored head + 1, then + 2, …; the upstream's socket only wakes it, and a poll does when the
/// socket is silent. Blocks are fetched a few ahead and stored strictly in order. What is stored is never rewritten: if the upstream
/// has another history, following stops and <see cref="Health"/> says so.
/// </summary>
/// <remarks>planetmint.md, section 6. Runs once. Of several nodes on one store the holder of the lease runs one.</remarks>
internal sealed class Follower(
    IUpstream upstream, IBlockStore store, UpstreamOptions options, TimeProvider clock, ILogger<Follower> logger)
{
    // One word is as good as many: they only say that it is worth looking.
    private readonly Channel<bool> _words =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly BackOff _backOff = new();
    private volatile FollowerHealth _health = new(FollowerState.Starting, null, null, false, null);
    private volatile bool _listening;
    private volatile bool _checkDue = true;
    private long _checkedAt;
    private (long Height, string Hash)? _stored;
    private long? _upstreamHead;
    private long? _missingSince;

    /// <summary>How it goes now; may be read from any thread.</summary>
    public FollowerHealth Health => _health with { IsListening = _listening };

    private long Next => _stored is { } head ? head.Height + 1 : options.FirstHeight;

    /// <summary>Follows until cancelled, or until the upstream turns out to have another history.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = ListenAsync(stop.Token);
        try
        {
            await FollowAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await listening;
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (!await RoundAsync(cancellation)) await WaitForWordAsync(cancellation);
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                return; // stopped, or another node follows by now: what fails at the end is nothing to mend here
            }
            catch (UpstreamException e) when (e.Fault == UpstreamFault.AnotherHistory)
            {
                Become(FollowerState.Stopped, e.Message);
                logger.FollowingStopped(e.Message);
                return;
            }
            catch (Exception e) // the one place where a failure of the upstream or of the store ends: said, counted, tried again
            {
                Fail(e);
                await PauseAsync(_backOff.Next(), cancellation);
            }
        }
    }

    /// <summary>Makes sure of the place if that is due, then stores what there is.</summary>
    /// <returns>False if the upstream has nothing more.</returns>
    private async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        if (_checkDue || clock.GetElapsedTime(_checkedAt) >= options.CheckInterval) await CheckAsync(cancellation);
        var more = await PullAsync(cancellation);
        if (!more) WatchForMissing();
        Follows();
        return more;
    }

    /// <summary>Reads both heads and compares what both have.</summary>
    private async Task CheckAsync(CancellationToken cancellation)
    {
        _checkDue = false; // first: a failure or a reconnect meanwhile must set it again
        _checkedAt = clock.GetTimestamp();
        var head = await store.ReadHeadAsync(cancellation);
        _stored = head is (0, "") ? null : head;
        _upstreamHead = await upstream.ReadHeadAsync(cancellation);
        if (_stored is not { } stored) return;

        if (_upstreamHead < stored.Height) throw Another($"its head is {_upstreamHead}, below the stored height {stored.Height}");
        var hash = await upstream.ReadHashAsync(stored.Height, cancellation);
        if (hash is null && _upstreamHead is null) throw Another($"it has no block {stored.Height}, which is stored");
        if (hash is null) throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream does not give its block {stored.Height}");
        if (hash != stored.Hash) throw Another($"its block {stored.Height} has the hash {hash}, stored is {stored.Hash}");
    }

    /// <summary>Fetches ahead and stores in order, until the upstream has no more or a check is due.</summary>
    /// <returns>False if the upstream has no more.</returns>
    private async Task<bool> PullAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var fetches = new Queue<Task<UpstreamBlock?>>();
        var asked = Next;
        var window = 1; // grows with success: at the head one question is enough
        var beyond = 0;
        try
        {
            while (true)
            {
                while (fetches.Count == 0 || (fetches.Count < window && asked <= (_upstreamHead ?? long.MaxValue)))
                    fetches.Enqueue(upstream.ReadBlockAsync(asked++, stop.Token));
                if (await fetches.Dequeue() is not { } block) return false;
                await StoreAsync(block, cancellation);
                window = Math.Min(window * 2, options.Ahead);
                if (block.Height > _upstreamHead && ++beyond >= options.Ahead) _checkDue = true; // far behind again: learn the new head
                if (_checkDue || clock.GetElapsedTime(_checkedAt) >= options.CheckInterval) return true;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(fetches)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // questions that nobody needs now
        }
    }

    private async Task StoreAsync(UpstreamBlock block, CancellationToken cancellation)
    {
        if (block.Height != Next)
            throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream gave block {block.Height} when asked for {Next}");
        if (_stored is { } stored && block.ParentHash is { } parent && parent != stored.Hash)
            throw Another($"its block {block.Height} follows one with the hash {parent}, stored is {stored.Hash}");

        await store.StoreAsync(block, cancellation);
        _stored = (block.Height, block.Hash);
        _missingSince = null;
        Follows();
    }

    /// <summary>A block that exists but is not given is a fault, though not at once: a block is shown before its results are.</summary>
    private void WatchForMissing()
    {
        if (_upstreamHead is not { } head || head < Next)
        {
            _missingSince = null;
            return;
        }

        _missingSince ??= clock.GetTimestamp();
        if (clock.GetElapsedTime(_missingSince.Value) >= options.RequestTimeout)
            throw new UpstreamException(UpstreamFault.BadAnswer, $"The upstream's head is {head}, but it does not give block {Next}");
    }

    private async Task WaitForWordAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var word = _words.Reader.WaitToReadAsync(stop.Token).AsTask();
        var poll = Task.Delay(options.PollInterval, clock, stop.Token);
        await Task.WhenAny(word, poll);
        await stop.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        _words.Reader.TryRead(out _); // before looking: what comes from now on is a new word
    }

    /// <summary>Keeps the wake-up socket open. After each break the upstream may be another one: a check is due.</summary>
    private async Task ListenAsync(CancellationToken cancellation)
    {
        var backOff = new BackOff();
        while (!cancellation.IsCancellationRequested)
        {
            var problem = "the upstream closed it";
            try
            {
                await upstream.ListenAsync(() => Hear(backOff), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (UpstreamException e)
            {
                problem = e.Message;
            }
            catch (Exception e) // ours; the poll still finds every block
            {
                problem = e.Message;
                logger.FollowingFailsHere(e);
            }

            if (_listening) _checkDue = true;
            _listening = false;
            logger.NotListening(problem);
            await PauseAsync(backOff.Next(), cancellation);
        }
    }

    private void Hear(BackOff backOff)
    {
        if (_listening) backOff.Reset(); // the first word only says that it is open
        _listening = true;
        _words.Writer.TryWrite(true);
    }

    private void Follows()
    {
        _backOff.Reset();
        if (!_health.IsHealthy) logger.Following(Next);
        Become(FollowerState.Following, null);
    }

    private void Fail(Exception failure)
    {
        _checkDue = true; // the store's head too is read again: what failed may have happened
        if (failure is not UpstreamException) logger.FollowingFailsHere(failure);
        else if (failure.Message != _health.Problem) logger.FollowingFails(failure.Message);
        Become(FollowerState.Failing, failure.Message);
    }

    private void Become(FollowerState state, string? problem) =>
        _health = new FollowerHealth(state, _stored?.Height, Seen(), false, problem);

    private long? Seen() => _upstreamHead is { } head ? Math.Max(head, _stored?.Height ?? head) : null;

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellation) =>
        await Task.Delay(pause, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static UpstreamException Another(string how) => new(
        UpstreamFault.AnotherHistory,
        $"The upstream has another history than the one stored here: {how}. Nothing was changed; check both and restart");
}
