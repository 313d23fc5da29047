using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Swaps: old proofs for new signatures, in one transaction that only writes. What must not be is refused by the tables.</summary>
/// <remarks>docs/specs/cashu.md 5 and 7.2.</remarks>
internal sealed class Swaps(
    IDatabase database, Keyring keyring, Replays replays, CurveWork curve, IOptions<CashuOptions> options, TimeProvider clock)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary>Carries out a swap, or answers as when it was carried out.</summary>
    /// <param name="key">The request.</param>
    /// <param name="request">What it says.</param>
    /// <param name="cancellation">Withdraws it while it waits.</param>
    /// <returns>The signatures, in the order of the outputs; or the first check's error.</returns>
    public async Task<Result<IReadOnlyList<BlindSignature>>> SwapAsync(
        RequestKey key, SwapRequest request, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var (checkedRequest, view) = await keyring.CheckAsync(
            keysets => RequestRules.CheckSwap(request.Inputs, request.Outputs, keysets.Keysets, _limits, now), cancellation);
        // What was carried out is answered, even if it would be refused by now.
        if (!checkedRequest.TryGet(out var transfer, out var error))
            return await replays.FindAsync(key, cancellation) is { } before ? Result.Ok(before) : error;
        var points = curve.Ys(transfer.Inputs);
        var ys = Array.ConvertAll(points, static p => p.Compressed);
        if (await replays.ExplainAsync(key, ys, [], cancellation) is { } known) return known;
        if (curve.Verify(transfer.Inputs, points) is { } forged) return forged;
        if (SpendingRules.Check(request.Inputs, request.Outputs, null, now, _limits.Verifications) is { } unmet) return unmet;

        var swap = new SignedSwap(key, transfer, ys, curve.Sign(transfer.Outputs, ys.Length), view);
        return await CommitAsync(swap, now, cancellation);
    }

    private async Task<Result<IReadOnlyList<BlindSignature>>> CommitAsync(SignedSwap swap, long now, CancellationToken cancellation)
    {
        for (var run = 1; ; run++)
        {
            var id = new OperationId(Guid.CreateVersion7(clock.GetUtcNow()));
            var result = await database.CommitAsync(Locks.None, work =>
            {
                Write(work, swap, id, now);
                return ValueTask.FromResult(Result.Ok<IReadOnlyList<BlindSignature>>(swap.Signatures));
            }, cancellation);
            if (result.Error is not { } conflict || !Replays.IsConflict(conflict)) return result;
            if (await replays.ExplainAsync(swap.Key, swap.Ys, swap.Blinded, cancellation) is { } answer) return answer;
            // A melt held it, and failed meanwhile.
            if (run == Replays.MaxRuns)
                return conflict == Replays.OutputKnown ? CashuErrors.OutputsPending : CashuErrors.ProofsPending;
        }
    }

    private static void Write(Work work, SignedSwap swap, OperationId id, long now)
    {
        var (inputs, outputs) = (swap.Transfer.Inputs, swap.Transfer.Outputs);
        var proofs = new StoredProof[swap.Ys.Length];
        for (var i = 0; i < proofs.Length; i++)
        {
            var proof = inputs.Proofs[i];
            proofs[i] = new StoredProof(swap.Ys[i], swap.View.NumberOf(proof.Id), proof.Amount, ProofState.Spent, proof.Witness?.Text);
        }

        ProofTable.Write(work, id, proofs, now, Replays.ProofTaken);
        PromiseTable.Write(work, id, SignedOutputs.Promises(outputs, swap.Signatures, swap.View), now, Replays.OutputKnown);
        OperationTable.WriteSwap(work, id, swap.Key, inputs.Unit, inputs.Fee, now, Replays.Repeated);
        for (var i = 0; i < swap.Ys.Length; i++)
            ProofChanged.Append(work, swap.Ys[i], ProofState.Spent, inputs.Proofs[i].Witness?.Text);
    }

    /// <summary>A swap that has been verified and signed.</summary>
    private sealed record SignedSwap(
        RequestKey Key, CheckedTransfer Transfer, PublicKey[] Ys, BlindSignature[] Signatures, KeysetView View)
    {
        /// <summary>B_ of each output.</summary>
        public PublicKey[] Blinded { get; } = [.. Transfer.Outputs.Points.Select(p => p.Compressed)];
    }
}
