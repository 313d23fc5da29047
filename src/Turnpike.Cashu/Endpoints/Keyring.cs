using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Events;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// The mint's keys in this process. At the start they are derived anew and compared with the database; after a rotation, whichever server
/// did it, they are read again.
/// </summary>
/// <remarks>docs/specs/cashu.md 4.2 and 13.</remarks>
internal sealed class Keyring(
    IDatabase database, Feed feed, MintKeys keys, IOptions<CashuOptions> options, TimeProvider clock, ILogger<Keyring> logger)
    : IHostedService
{
    private static readonly int s_keysetUnknown = CashuErrors.KeysetUnknown("").Code;
    private KeysetView? _view;

    /// <summary>The keysets as they are now; after <see cref="StartAsync"/>.</summary>
    public KeysetView View => Volatile.Read(ref _view) ?? throw new InvalidOperationException("The keysets have not been opened.");

    /// <summary>Opens the keysets, and makes them on the first start. Registered first: before anything listens.</summary>
    /// <exception cref="StorageException">The seed is another mint's, or the keysets are not as configured.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        feed.Subscribe(CashuTopics.Keysets, _ => Reload(), Reload);
        await ChangeAsync(async work =>
        {
            await RequireIdentityAsync(work);
            var rows = await KeysetTable.ReadAsync(work);
            Derive(rows, [], keys);
            var (plan, refusal) = KeysetPlan.AtStart(rows, options.Value, keys);
            return refusal is null ? (rows, plan) : throw new StorageException(refusal);
        }, cancellationToken);
        await ReloadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends a unit's active keysets and makes new ones, in one commit. What the old ones signed stays good.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inputFeePpk">The new ones' fee; null for that of the configuration.</param>
    /// <param name="finalExpiry">From when on nothing of them is taken, unix seconds; null for never.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>The new active keysets of the unit; or 11013 if it has none.</returns>
    public async Task<Result<IReadOnlyList<MintKeyset>>> RotateAsync(
        string unit, int? inputFeePpk, long? finalExpiry, CancellationToken cancellation)
    {
        if (!View.Keysets.Active(unit).Any()) return CashuErrors.UnitNotSupported(unit);
        await ChangeAsync(async work =>
        {
            var rows = await KeysetTable.ReadAsync(work);
            return (rows, KeysetPlan.Rotation(rows, unit, inputFeePpk ?? options.Value.InputFeePpk, finalExpiry, keys));
        }, cancellation);
        await ReloadAsync(cancellation);
        return Result.Ok<IReadOnlyList<MintKeyset>>([.. View.Keysets.Active(unit)]);
    }

    /// <summary>Looks into the database for a keyset that another server may have made a moment ago.</summary>
    /// <returns>True if there are keysets that were not known before.</returns>
    public async Task<bool> TryRefreshAsync(CancellationToken cancellation)
    {
        var before = View.Rows.Count;
        await ReloadAsync(cancellation);
        return View.Rows.Count > before;
    }

    /// <summary>Checks a request by the keysets; once more with the database's, where it names one that is not known here.</summary>
    /// <typeparam name="T">What a check makes of a request.</typeparam>
    /// <param name="check">Pure.</param>
    /// <param name="cancellation">Ends the wait for a reader.</param>
    /// <returns>What came of it, and by which keysets.</returns>
    public async Task<(Result<T> Checked, KeysetView View)> CheckAsync<T>(
        Func<KeysetView, Result<T>> check, CancellationToken cancellation)
    {
        var view = View;
        var result = check(view);
        if (result.Error?.Code != s_keysetUnknown || !await TryRefreshAsync(cancellation)) return (result, view);
        view = View;
        return (check(view), view);
    }

    private ValueTask Reload() => new(ReloadAsync(CancellationToken.None));

    private async Task ChangeAsync(
        Func<Work, ValueTask<(IReadOnlyList<StoredKeyset> Rows, KeysetPlan Plan)>> decide, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var result = await database.CommitAsync<KeysetPlan>(KeysetTable.Lock, async work =>
        {
            var (rows, plan) = await decide(work);
            foreach (var row in plan.Retired) KeysetTable.Deactivate(work, row.No);
            foreach (var row in plan.Made) KeysetTable.Insert(work, row, now);
            if (plan.Retired.Count + plan.Made.Count > 0)
                KeysetsChanged.Append(work, rows.Where(r => r.IsActive).Except(plan.Retired).Concat(plan.Made).Select(r => r.Id));
            return plan;
        }, cancellation);
        if (!result.TryGet(out var done, out var error)) throw new StorageException(error.Message);
        foreach (var row in done.Retired) logger.KeysetRetired(row.Id, row.Unit);
        foreach (var row in done.Made) logger.KeysetMade(row.Id, row.Unit, row.InputFeePpk);
    }

    private async ValueTask RequireIdentityAsync(Work work)
    {
        var identity = keys.Identity();
        if (await KeysetTable.ReadIdentityAsync(work) is not { } kept) KeysetTable.WriteIdentity(work, identity);
        else if (!identity.Span.SequenceEqual(kept))
        {
            throw new StorageException(
                "The seed is not the one that this mint was made with: it leads to another public key. Give the seed that belongs to it.");
        }
    }

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        var rows = await database.ReadAsync(KeysetTable.ReadAsync, cancellation);
        var known = Volatile.Read(ref _view);
        if (known is not null && Age(known.Rows) >= Age(rows)) return;
        var view = new KeysetView(Derive(rows, known is null ? [] : known.Keysets.All, keys));
        // An older reading must not replace a newer one; rows are only added, only become inactive, and are forgotten once.
        while (true)
        {
            var seen = Volatile.Read(ref _view);
            if (seen is not null && Age(seen.Rows) >= Age(rows)) return;
            if (Interlocked.CompareExchange(ref _view, view, seen) == seen) return;
        }
    }

    private static int Age(IReadOnlyList<StoredKeyset> rows) =>
        rows.Count + rows.Count(r => !r.IsActive) + rows.Count(r => r.IsForgotten);

    private static List<(StoredKeyset, MintKeyset)> Derive(
        IReadOnlyList<StoredKeyset> rows, IReadOnlyList<MintKeyset> known, MintKeys keys)
    {
        var derived = new List<(StoredKeyset, MintKeyset)>(rows.Count);
        foreach (var row in rows)
        {
            var keyset = known.FirstOrDefault(k => k.Id == row.Id)?.With(row.IsActive, row.IsForgotten) ?? row.Derive(keys);
            if (keyset.Id != row.Id)
            {
                throw new StorageException(
                    $"The seed is not the one that this mint was made with: keyset {row.Id} ({row.Unit}) would become {keyset.Id}. "
                    + "Give the seed that belongs to it.");
            }

            derived.Add((row, keyset));
        }

        return derived;
    }
}
