using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Kernel;
using Turnpike.Kernel.Storage;
using Turnpike.Planetmint.Domain;
using Turnpike.Planetmint.Storage;

namespace Turnpike.Planetmint.Endpoints;

/// <summary>
/// Makes the blocks of this node's own chain. One at a time: while a block is being committed the next fills up, so blocks grow with the
/// load and an idle node answers at once.
/// </summary>
/// <remarks>planetmint.md 5.</remarks>
internal sealed class BlockProducer(
    IDatabase database, RecentBlocks recent, IOptions<PlanetmintOptions> options, TimeProvider clock,
    PlanetmintMetrics metrics, ILogger<BlockProducer> logger) : BackgroundService
{
    private readonly BlockOptions _options = options.Value.Block;
    private readonly Channel<Posted> _waiting = Channel.CreateBounded<Posted>(
        new BoundedChannelOptions(options.Value.Block.MaxWaiting) { SingleReader = true });

    /// <summary>Puts a transaction into the next block.</summary>
    /// <param name="candidate">One that keeps the rules that need no state.</param>
    /// <param name="cancellation">Ends the wait; the transaction may be committed all the same.</param>
    /// <returns>The transaction, after its block is on the disk; or why it is in none.</returns>
    public async Task<Result<Transaction>> SubmitAsync(Candidate candidate, CancellationToken cancellation)
    {
        var posted = new Posted(candidate);
        if (!_waiting.Writer.TryWrite(posted)) return PlanetmintErrors.Overloaded;
        try
        {
            return await posted.Answer.Task.WaitAsync(_options.CommitTimeout, clock, cancellation);
        }
        catch (TimeoutException)
        {
            return PlanetmintErrors.CommitTimedOut;
        }
    }

    /// <summary>Takes no more, and ends when all that waits is committed.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } running) await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var posted = new List<Posted>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await GatherAsync(posted);
            await CommitAsync(posted);
            posted.Clear();
        }
    }

    private async Task GatherAsync(List<Posted> posted)
    {
        Take(posted);
        if (_options.MaxDelay <= TimeSpan.Zero) return;
        await Task.Delay(_options.MaxDelay, clock);
        Take(posted);
    }

    private void Take(List<Posted> posted)
    {
        var bytes = posted.Sum(p => p.Candidate.Transaction.CanonicalBody.Length);
        while (posted.Count < _options.MaxTransactions && _waiting.Reader.TryPeek(out var next))
        {
            bytes += next.Candidate.Transaction.CanonicalBody.Length;
            if (posted.Count > 0 && bytes > _options.MaxBytes) return;
            if (_waiting.Reader.TryRead(out var taken)) posted.Add(taken);
        }
    }

    private async Task CommitAsync(List<Posted> posted)
    {
        try
        {
            Complete(posted, await CommitBlockAsync([.. posted.Select(p => p.Candidate)]));
        }
        catch (UnannouncedViolationException e) when (posted.Count > 1)
        {
            // Under the head's lock no race can violate a constraint. Everybody's money but the guilty one's goes on.
            logger.BlockViolatedConstraint(e);
            foreach (var one in posted) await CommitAsync([one]);
        }
        catch (StorageException e)
        {
            logger.BlockFailed(e, posted.Count);
            foreach (var one in posted) one.Answer.TrySetException(e);
        }
    }

    private async Task<BlockDecision> CommitBlockAsync(IReadOnlyList<Candidate> candidates)
    {
        var questions = BlockQuestions.Of(candidates);
        var committed = await database.CommitAsync<BlockDecision>(BlockTable.HeadLock, async work =>
        {
            var head = await BlockTable.ReadHeadAsync(work);
            var decision = Block.Decide(await ChainStore.ReadStateAsync(work, questions), candidates);
            if (decision.Accepted.Count == 0) return decision;

            var block = new CommittedBlock(head.Next(decision.Accepted), decision.Accepted);
            recent.Keep(block);
            ChainStore.Write(work, block, clock.GetUtcNow());
            return decision;
        }, CancellationToken.None);
        if (!committed.TryGet(out var result, out var error)) throw new InvalidOperationException($"A block was refused: {error}");
        return result;
    }

    private void Complete(List<Posted> posted, BlockDecision decision)
    {
        if (decision.Accepted.Count > 0) metrics.BlockCommitted(decision.Accepted.Count);
        for (var i = 0; i < posted.Count; i++)
        {
            if (decision.Errors[i] is { } error) posted[i].Answer.TrySetResult(error);
            else posted[i].Answer.TrySetResult(posted[i].Candidate.Transaction);
        }
    }

    private sealed record Posted(Candidate Candidate)
    {
        public TaskCompletionSource<Result<Transaction>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
