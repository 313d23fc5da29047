namespace Turnpike.Kernel.Storage;

/// <summary>Where it is written who holds which lease.</summary>
internal interface ILeaseTable
{
    /// <summary>False where one process owns the store: it has every lease for as long as it lives, and nothing is to be renewed.</summary>
    bool IsShared { get; }

    /// <summary>Takes a lease that nobody holds.</summary>
    /// <param name="name">Which.</param>
    /// <param name="holder">Who asks; the same again when an answer was lost.</param>
    /// <param name="duration">For how long, by the store's clock.</param>
    /// <param name="cancellation">Ends the wait; it may be taken all the same.</param>
    /// <returns>The token, and whether another holder had it before; null if somebody holds it.</returns>
    Task<LeaseGrant?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Holds it for the duration from now on.</summary>
    /// <returns>False if somebody else has it.</returns>
    Task<bool> TryRenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Lets go of it, so that the next need not wait for its end.</summary>
    Task ReleaseAsync(Lease lease, CancellationToken cancellation);
}

/// <summary>A lease that was taken.</summary>
/// <param name="Token">Rises with each change of hands.</param>
/// <param name="IsTakeover">True if another had it before; false for the first of all.</param>
internal readonly record struct LeaseGrant(long Token, bool IsTakeover);

/// <summary>The store of one process: what one node may do, this one may.</summary>
internal sealed class SoleOwner : ILeaseTable
{
    public bool IsShared => false;

    public Task<LeaseGrant?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellation) =>
        Task.FromResult<LeaseGrant?>(new LeaseGrant(1, IsTakeover: false));

    public Task<bool> TryRenewAsync(Lease lease, TimeSpan duration, CancellationToken cancellation) => Task.FromResult(true);

    public Task ReleaseAsync(Lease lease, CancellationToken cancellation) => Task.CompletedTask;
}
