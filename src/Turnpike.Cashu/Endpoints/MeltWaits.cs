using Microsoft.Extensions.Hosting;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Events;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Tells callers that wait for a melt when its quote has changed, on whichever server that was decided.</summary>
/// <remarks>docs/specs/cashu.md 7.5.</remarks>
internal sealed class MeltWaits(Feed feed, TimeProvider clock) : IHostedService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<MeltWait>> _waiting = [];

    /// <summary>Subscribes, before the feed starts.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        feed.Subscribe(CashuTopics.MeltQuotes, committed =>
        {
            Wake(committed.Topic);
            return ValueTask.CompletedTask;
        }, onPlaceLost: () =>
        {
            WakeAll();
            return ValueTask.CompletedTask;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Begins to wait; before the state is looked at, so that no change is missed.</summary>
    /// <param name="quote">The quote.</param>
    /// <param name="limit">How long, at most.</param>
    public MeltWait Begin(QuoteId quote, TimeSpan limit)
    {
        var wait = new MeltWait(this, CashuTopics.OfMeltQuote(quote), limit, clock);
        lock (_lock)
        {
            if (_waiting.TryGetValue(wait.Topic, out var waits)) waits.Add(wait);
            else _waiting.Add(wait.Topic, [wait]);
        }

        return wait;
    }

    internal void End(MeltWait wait)
    {
        lock (_lock)
        {
            var waits = _waiting[wait.Topic];
            waits.Remove(wait);
            if (waits.Count == 0) _waiting.Remove(wait.Topic);
        }
    }

    private void Wake(string topic)
    {
        MeltWait[] woken;
        lock (_lock) woken = _waiting.TryGetValue(topic, out var waits) ? [.. waits] : [];
        foreach (var wait in woken) wait.Wake();
    }

    private void WakeAll()
    {
        MeltWait[] woken;
        lock (_lock) woken = [.. _waiting.Values.SelectMany(w => w)];
        foreach (var wait in woken) wait.Wake();
    }
}

/// <summary>One caller's wait.</summary>
internal sealed class MeltWait : IDisposable
{
    private readonly MeltWaits _waits;
    private readonly CancellationTokenSource _limit;
    private readonly SemaphoreSlim _changes = new(0);

    internal MeltWait(MeltWaits waits, string topic, TimeSpan limit, TimeProvider clock) =>
        (_waits, Topic, _limit) = (waits, topic, new CancellationTokenSource(limit, clock));

    /// <summary>The quote's topic.</summary>
    internal string Topic { get; }

    /// <summary>Waits for the next change since the wait began, or since this was called last.</summary>
    /// <returns>False when the limit is over.</returns>
    public async Task<bool> NextAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token, cancellation);
        try
        {
            await _changes.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _waits.End(this);
        _limit.Dispose();
        // Not the semaphore: a change may be told of just now, and it holds nothing that must be given back.
    }

    internal void Wake() => _changes.Release();
}
