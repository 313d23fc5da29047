using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>
/// Requests that were carried out before, and works that ran into a constraint: a new read says which it was. A repetition is answered
/// with the signatures that the first one got, on any server, for ever.
/// </summary>
/// <remarks>docs/specs/cashu.md 7.1 and 7.2.</remarks>
internal sealed class Replays(IDatabase database, Keyring keyring)
{
    /// <summary>How often a work is run again that ran into something which is gone by now.</summary>
    public const int MaxRuns = 3;

    /// <summary>A proof is there already. Never answered: <see cref="ExplainAsync"/> finds out more.</summary>
    public static readonly ProtocolError ProofTaken = new(0, "proof_taken", "A proof is there already");

    /// <summary>An output is there already. Never answered.</summary>
    public static readonly ProtocolError OutputKnown = new(0, "output_known", "An output is there already");

    /// <summary>The request was carried out already. Never answered.</summary>
    public static readonly ProtocolError Repeated = new(0, "repeated", "The request was carried out already");

    /// <summary>Whether an error is one of those that want an explanation.</summary>
    public static bool IsConflict(ProtocolError error) => error == ProofTaken || error == OutputKnown || error == Repeated;

    /// <summary>The signatures that a request got before; null if it is new.</summary>
    public async Task<IReadOnlyList<BlindSignature>?> FindAsync(RequestKey request, CancellationToken cancellation)
    {
        var promises = await database.ReadAsync(reads => ReadAsync(reads, request), cancellation);
        return promises is null ? null : await SignaturesAsync(promises, cancellation);
    }

    /// <summary>Finds out why a work ran into a constraint.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ys">Its proofs.</param>
    /// <param name="blinded">Its outputs.</param>
    /// <param name="cancellation">Ends the wait for a reader.</param>
    /// <returns>The answer; null if nothing is in the way any more.</returns>
    public async Task<Result<IReadOnlyList<BlindSignature>>?> ExplainAsync(
        RequestKey request, IReadOnlyList<PublicKey> ys, IReadOnlyList<PublicKey> blinded, CancellationToken cancellation)
    {
        var (promises, obstacle) = await database.ReadAsync(
            async reads => (await ReadAsync(reads, request), await ReadObstacleAsync(reads, ys, blinded)), cancellation);
        if (promises is not null) return Result.Ok(await SignaturesAsync(promises, cancellation));
        if (obstacle is null) return null;
        return obstacle;
    }

    /// <summary>What a request got signed before; null if it is new.</summary>
    public static async ValueTask<IReadOnlyList<StoredPromise>?> ReadAsync(Reads reads, RequestKey request) =>
        await OperationTable.ReadAsync(reads, request) is { } known ? await PromiseTable.ReadOfOperationAsync(reads, known.Id) : null;

    /// <summary>What is in the way of some proofs and outputs; null if nothing is.</summary>
    public static async ValueTask<ProtocolError?> ReadObstacleAsync(
        Reads reads, IReadOnlyList<PublicKey> ys, IReadOnlyList<PublicKey> blinded)
    {
        var proofs = ys.Count == 0 ? ProofState.Unspent : await ProofTable.ReadWorstStateAsync(reads, ys);
        if (proofs == ProofState.Spent) return CashuErrors.ProofsSpent;
        if (proofs == ProofState.Pending) return CashuErrors.ProofsPending;
        var outputs = blinded.Count == 0 ? [] : await PromiseTable.ReadAsync(reads, blinded);
        if (outputs.Any(o => o.Signature is not null)) return CashuErrors.OutputsSigned;
        return outputs.Count > 0 ? CashuErrors.OutputsPending : null;
    }

    /// <summary>Stored signatures as wallets get them.</summary>
    /// <param name="promises">Signed ones.</param>
    /// <param name="cancellation">Ends the wait for a reader.</param>
    public async Task<IReadOnlyList<BlindSignature>> SignaturesAsync(
        IReadOnlyList<StoredPromise> promises, CancellationToken cancellation)
    {
        // Signed a moment ago by another server, with a keyset that it made a moment before.
        if (promises.Any(p => keyring.View.Find(p.KeysetNo) is null)) await keyring.TryRefreshAsync(cancellation);
        var view = keyring.View;
        return [.. promises.Select(p => new BlindSignature(
            p.Signature!.Value.Amount, view.Find(p.KeysetNo)!.Id, p.Signature.Value.Point, p.Signature.Value.Dleq))];
    }
}
