using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Backends;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Pays what melts are to be paid, with nobody's request to depend on: takes the rows that this server owns, under its lease, and those of
/// servers whose leases have lapsed. Melting opens when what was left behind has been asked about once.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.5.</remarks>
internal sealed class Payer : BackgroundService
{
    /// <summary>Calls of the node at once. More would wait for the node, and a hold invoice takes one only as long as PayTimeout.</summary>
    public const int MaxCalls = 256;

    private const int PageRows = 10_000;
    private const string LeasePrefix = "cashu/payer/";

    private readonly IDatabase _database;
    private readonly PayerTools _tools;
    private readonly TimeProvider _clock;
    private readonly ILogger<Payer> _logger;
    private readonly ConcurrentDictionary<PaymentKey, PaymentRun> _runs = [];
    private readonly Dictionary<string, Watch> _watched = [];
    private readonly Channel<PaymentKey> _nudges = Channel.CreateBounded<PaymentKey>(
        new BoundedChannelOptions(PageRows) { FullMode = BoundedChannelFullMode.DropWrite });   // the table is looked into anyway

    private volatile bool _isOpen;
    private long _oldest;       // unix seconds; 0 for none

    public Payer(IDatabase database, ILightning lightning, NodeIdentity node, MeltOutcomes outcomes, IOptions<CashuOptions> options,
        PayerPace pace, TimeProvider clock, CashuMetrics metrics, ILogger<Payer> logger)
    {
        (_database, _clock, _logger) = (database, clock, logger);
        _tools = new PayerTools(database, lightning, node, outcomes, new SemaphoreSlim(MaxCalls),
            TimeSpan.FromSeconds(options.Value.PayTimeout), pace, clock, logger);
        metrics.Meter.CreateObservableGauge(
            "turnpike.cashu.payments.oldest", ReadAge, "s", "Age of the oldest payment that is not decided.");
    }

    /// <summary>What this server's rows are known by, as long as the process lives.</summary>
    public string Owner { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>True once this server pays.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>There is something to pay, or an operator wants it asked about now.</summary>
    public void Nudge(PaymentKey key) => _nudges.Writer.TryWrite(key);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tools.Calls.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _database.Leases.RunAsync(LeasePrefix + Owner, PayAsync, stoppingToken);

    /// <summary>As long as this server has its lease.</summary>
    private async Task PayAsync(Lease lease, CancellationToken cancellation)
    {
        try
        {
            var authority = new Authority(Owner, lease);
            using var timer = new PeriodicTimer(_tools.Pace.Scan, _clock);
            var tick = timer.WaitForNextTickAsync(cancellation).AsTask();
            var nudge = _nudges.Reader.WaitToReadAsync(cancellation).AsTask();
            while (true)
            {
                await ScanAsync(authority, cancellation);
                while (!tick.IsCompleted)
                {
                    if (await Task.WhenAny(nudge, tick) == tick) break;
                    await nudge;
                    while (_nudges.Reader.TryRead(out var key)) Nudged(key, authority, cancellation);
                    nudge = _nudges.Reader.WaitToReadAsync(cancellation).AsTask();
                }

                await tick;
                tick = timer.WaitForNextTickAsync(cancellation).AsTask();
            }
        }
        finally
        {
            // With the lease, or the host, everything ends that was done under it.
            await Task.WhenAll(_runs.Values.Select(r => r.Ended).Concat(_watched.Values.Select(w => w.Running)));
            foreach (var watch in _watched.Values) watch.Dispose();
            _watched.Clear();
        }
    }

    /// <summary>Looks what is to be done: rows of this server that nobody looks after, and rows of others.</summary>
    private async Task ScanAsync(Authority authority, CancellationToken cancellation)
    {
        try
        {
            var others = await _database.ReadAsync(reads => PaymentTable.ReadOtherOwnersAsync(reads, Owner), cancellation);
            await WatchAsync(others, cancellation);
            // The first time only: those that are free are taken over before anything else is done.
            if (!_isOpen) await Task.WhenAll(_watched.Values.Select(w => w.Seen));

            var now = _clock.GetUtcNow().ToUnixTimeSeconds();
            var (due, oldest) = await _database.ReadAsync(async reads => (
                await PaymentTable.ReadDueAsync(reads, Owner, now, PageRows), await PaymentTable.ReadOldestAsync(reads)), cancellation);
            Volatile.Write(ref _oldest, oldest ?? 0);
            foreach (var key in due) Run(key, authority, cancellation);
            if (_isOpen) return;
            await Task.WhenAll(_runs.Values.Select(r => r.Asked));
            _isOpen = true;
            _logger.MeltingOpen(_runs.Count);
        }
        catch (StorageException exception) when (exception is not LeaseLostException)
        {
            _logger.PaymentsUnread(exception.Message);
        }
    }

    private void Nudged(PaymentKey key, Authority authority, CancellationToken cancellation)
    {
        if (_runs.TryGetValue(key, out var known)) known.Poke();
        else Run(key, authority, cancellation);
    }

    private void Run(PaymentKey key, Authority authority, CancellationToken cancellation)
    {
        var run = new PaymentRun(_tools, key, authority);
        if (_runs.TryAdd(key, run)) run.Start(() => _runs.TryRemove(key, out _), cancellation);
    }

    /// <summary>Waits for the lease of each server that has rows, and takes them over when it has lapsed.</summary>
    private async Task WatchAsync(IReadOnlyList<string> others, CancellationToken cancellation)
    {
        foreach (var gone in _watched.Where(w => w.Value.Running.IsCompleted || !others.Contains(w.Key)).ToList())
        {
            await gone.Value.EndAsync();
            _watched.Remove(gone.Key);
        }

        foreach (var other in others.Where(o => !_watched.ContainsKey(o))) _watched.Add(other, new Watch(this, other, cancellation));
    }

    private IEnumerable<Measurement<double>> ReadAge() => Volatile.Read(ref _oldest) is var oldest and not 0
        ? [new(Math.Max(0, _clock.GetUtcNow().ToUnixTimeSeconds() - oldest))]
        : [];

    /// <summary>One other server's lease.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly CancellationTokenSource _over;
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Watch(Payer payer, string other, CancellationToken cancellation)
        {
            _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Running = RunAsync(payer, other);
        }

        /// <summary>Completes when the server was seen to live, or its rows were taken over.</summary>
        public Task Seen => _seen.Task;

        public Task Running { get; }

        public async Task EndAsync()
        {
            await _over.CancelAsync();
            await Running;
            Dispose();
        }

        public void Dispose() => _over.Dispose();

        private async Task RunAsync(Payer payer, string other)
        {
            await Task.Yield();
            try
            {
                await payer._database.Leases.RunAsync(LeasePrefix + other, async (lease, cancellation) =>
                {
                    await payer._database.CommitAsync<bool>(Locks.None.Under(lease), work =>
                    {
                        PaymentTable.TakeOver(work, other, payer.Owner);
                        return ValueTask.FromResult<Turnpike.Kernel.Result<bool>>(true);
                    }, cancellation);
                    payer._logger.PaymentsTakenOver(other);
                }, _over.Token, onStandby: () => _seen.TrySetResult());
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                // It has nothing left, or this server ends.
            }
            catch (StorageException exception)
            {
                payer._logger.PaymentsUnread(exception.Message);
            }
            finally
            {
                _seen.TrySetResult();
            }
        }
    }
}
