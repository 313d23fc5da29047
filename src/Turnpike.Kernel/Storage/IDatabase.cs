using Turnpike.Kernel.Events;

namespace Turnpike.Kernel.Storage;

/// <summary>The store, whichever it is: works in transactions, reads from snapshots, a feed of what was committed.</summary>
public interface IDatabase : IAsyncDisposable
{
    /// <summary>Hands committed events to their subscribers. Subscribe first, then start it.</summary>
    Feed Feed { get; }

    /// <summary>Work that one node at a time may do.</summary>
    Leases Leases { get; }

    /// <summary>
    /// Completes when the store has stopped: with null after <see cref="IAsyncDisposable.DisposeAsync"/>; with the reason if it cannot
    /// go on, and then the process has to end, as only a new start shows what is on the disk.
    /// </summary>
    Task<StorageException?> Stopped { get; }

    /// <summary>
    /// Runs a work in a transaction: read, decide, write, append. Signatures are verified before it, the outside is called after it.
    /// </summary>
    /// <param name="locks">The aggregates that it decides about.</param>
    /// <param name="work">Awaits nothing but its reads. May be run more than once.</param>
    /// <param name="cancellation">Withdraws the work while it waits for its turn; once begun, it ends.</param>
    /// <returns>
    /// What the work returned, after its writes are on the disk; or the error that it returned, or that a violated constraint was
    /// announced with, after nothing of it is.
    /// </returns>
    /// <exception cref="StorageUnavailableException">Nothing of the work was committed; the same call may succeed later.</exception>
    /// <exception cref="StorageException">The store failed; see there and its other kinds.</exception>
    /// <exception cref="LeaseLostException">The locks are under a lease that has ended; nothing of the work was committed.</exception>
    /// <exception cref="UnannouncedViolationException">A constraint was violated that the write did not announce: a bug.</exception>
    /// <exception cref="OperationCanceledException">Withdrawn before it began.</exception>
    Task<Result<T>> CommitAsync<T>(Locks locks, Func<Work, ValueTask<Result<T>>> work, CancellationToken cancellation);

    /// <summary>Reads from one snapshot; never waits for a writer.</summary>
    /// <param name="read">Awaits nothing but its reads: a snapshot is not held at a client's pace.</param>
    /// <param name="cancellation">Ends the wait for a free reader.</param>
    /// <returns>What <paramref name="read"/> returned.</returns>
    /// <exception cref="StorageException">The store failed.</exception>
    Task<T> ReadAsync<T>(Func<Snapshot, ValueTask<T>> read, CancellationToken cancellation);
}
