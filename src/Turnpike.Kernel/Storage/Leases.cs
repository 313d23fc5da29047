using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Turnpike.Kernel.Storage;

/// <summary>
/// Work that must have one owner: a follower, a reconciler, a timer. Of all nodes on one store one runs it; when that node dies, stops or
/// hangs, another does. Where one process owns the store it simply runs.
/// </summary>
/// <remarks>
/// The store's clock alone decides who holds a lease. The holder stops by its own monotonic clock, counted from before it asked and a
/// tenth early; should it have slept through that, the token that its works carry is no longer the store's, and they are not committed.
/// </remarks>
public sealed class Leases
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly ILeaseTable _table;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Counter<long> _taken;
    private readonly Counter<long> _lost;
    private long _held;

    internal Leases(ILeaseTable table, TimeSpan duration, TimeProvider clock, IMeterFactory meters, ILogger log)
    {
        _table = table;
        _duration = duration;
        _clock = clock;
        _log = log;
        var meter = meters.Create("Turnpike.Kernel");
        meter.CreateObservableGauge("turnpike.storage.leases.held", () => Interlocked.Read(ref _held), "{lease}",
            "Leases that this node holds.");
        _taken = meter.CreateCounter<long>("turnpike.storage.leases.taken", "{lease}",
            "Leases that this node took, by whether another had them before.");
        _lost = meter.CreateCounter<long>("turnpike.storage.leases.lost", "{lease}",
            "Leases that ended while the work under them ran: renewal failed for too long, or another node has them.");
    }

    // A third of the time: two renewals may fail before anything is lost. Who waits asks as often, at most each second.
    private TimeSpan RenewalPeriod => _duration / 3;

    private TimeSpan Pause => RenewalPeriod < LongestPause ? RenewalPeriod : LongestPause;

    /// <summary>Runs the work whenever this node holds the lease, until the work has ended by itself.</summary>
    /// <param name="name">What it is for: <c>protocol/task</c>.</param>
    /// <param name="work">
    /// Runs while the lease is held; its token is cancelled when the lease or the run ends, and then it returns or throws
    /// <see cref="OperationCanceledException"/>. What it commits it commits under the lease.
    /// </param>
    /// <param name="cancellation">Ends the run; the lease is released and another node has it at once.</param>
    /// <param name="onStandby">Called whenever this node asked for the lease and heard that another has it; null for nobody.</param>
    /// <returns>When the work has returned while the lease was held.</returns>
    /// <exception cref="OperationCanceledException">The run was ended from outside.</exception>
    /// <remarks>Anything else that the work throws ends the run, after the lease is released.</remarks>
    public async Task RunAsync(string name, Func<Lease, CancellationToken, Task> work, CancellationToken cancellation,
        Action? onStandby = null)
    {
        while (true)
        {
            using var lease = await TakeAsync(name, onStandby, cancellation);
            if (await RunUnderAsync(lease, work, cancellation)) return;
            _lost.Add(1);
            _log.LeaseLost(name, lease.Token);
        }
    }

    /// <returns>False if the lease was lost.</returns>
    private async Task<bool> RunUnderAsync(Lease lease, Func<Lease, CancellationToken, Task> work, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource();
        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Ended);
        var renewing = _table.IsShared ? RenewAsync(lease, over.Token) : Task.CompletedTask;
        Interlocked.Increment(ref _held);
        try
        {
            await work(lease, running.Token);
            return lease.IsHeld;
        }
        catch (Exception exception) when (exception is OperationCanceledException or LeaseLostException && !lease.IsHeld)
        {
            cancellation.ThrowIfCancellationRequested();
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _held);
            await over.CancelAsync();
            await renewing;
            if (lease.IsHeld) await ReleaseAsync(lease);
        }
    }

    private async Task<Lease> TakeAsync(string name, Action? onStandby, CancellationToken cancellation)
    {
        var holder = string.Create(CultureInfo.InvariantCulture,
            $"{Environment.MachineName}/{Environment.ProcessId}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}");
        var wasAway = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var asked = _clock.GetTimestamp();
            try
            {
                if (await _table.TryTakeAsync(name, holder, _duration, cancellation) is { } grant)
                    return Hold(new Lease(name, holder, grant.Token, _clock), grant, asked);
                wasAway = false;
                onStandby?.Invoke();
            }
            catch (StorageException exception)
            {
                if (!wasAway) _log.LeaseNotAsked(name, exception);
                wasAway = true;
            }

            await Task.Delay(Pause, _clock, cancellation);
        }
    }

    private Lease Hold(Lease lease, LeaseGrant grant, long asked)
    {
        if (_table.IsShared)
        {
            HoldOn(lease, asked);
            _log.LeaseTaken(lease.Name, lease.Token);
        }

        _taken.Add(1, new KeyValuePair<string, object?>("takeover", grant.IsTakeover));
        return lease;
    }

    /// <summary>Renews until told to stop, or the lease has ended.</summary>
    private async Task RenewAsync(Lease lease, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Ended);
        var pause = RenewalPeriod;
        while (true)
        {
            try
            {
                await Task.Delay(pause, _clock, either.Token);
                var asked = _clock.GetTimestamp();
                if (await _table.TryRenewAsync(lease, _duration, either.Token)) HoldOn(lease, asked);
                else lease.End();
                pause = RenewalPeriod;
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return;
            }
            catch (StorageException exception)
            {
                _log.LeaseNotRenewed(lease.Name, exception);
                pause = Pause;
            }
        }
    }

    // From before it was asked for, as the store counts from later; and a tenth early, so that what runs has ended when the next begins.
    private void HoldOn(Lease lease, long asked) => lease.HoldUntil(asked, _duration * 0.9);

    private async Task ReleaseAsync(Lease lease)
    {
        // Not the run's token: it is just when that is cancelled that the lease is to be released.
        using var limit = new CancellationTokenSource(RenewalPeriod, _clock);
        try
        {
            await _table.ReleaseAsync(lease, limit.Token);
        }
        catch (Exception exception) when (exception is StorageException or OperationCanceledException)
        {
            _log.LeaseNotReleased(lease.Name, exception);
        }
    }
}
