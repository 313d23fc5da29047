using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Storage;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Storage;

namespace Turnpike.Cashu.Endpoints;

/// <summary><c>/v1/swap</c>, <c>/v1/checkstate</c>, <c>/v1/restore</c>: what a wallet does with the ecash that it has.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
internal sealed class SwapEndpoints(
    IDatabase database, Swaps swaps, Replays replays, IOptions<CashuOptions> options, Operations operations)
{
    private readonly LimitOptions _limits = options.Value.Limits;

    /// <summary><c>POST /v1/swap</c>.</summary>
    public Task SwapAsync(HttpContext http) => operations.SignAsync(http, "swap", async body =>
        SwapMessages.Read(body, _limits).TryGet(out var request, out var error)
            ? await swaps.SwapAsync(RequestKey.OfPost("/v1/swap", body.Span), request, http.RequestAborted)
            : error);

    /// <summary><c>POST /v1/checkstate</c>.</summary>
    public Task CheckStateAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        if (!StateMessages.Read(body, _limits).TryGet(out var ys, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        var known = (await database.ReadAsync(reads => ProofTable.ReadAsync(reads, ys), http.RequestAborted))
            .DistinctBy(p => p.Y).ToDictionary(p => p.Y);
        await Answer.JsonAsync(http, 128 * ys.Count, to => StateMessages.Write(to, [.. ys.Select(y => StatusOf(y, known))]));
    });

    /// <summary><c>POST /v1/restore</c>.</summary>
    public Task RestoreAsync(HttpContext http) => RequestBody.UseAsync(http, _limits.BodyBytes, async body =>
    {
        if (!RestoreMessages.Read(body, _limits).TryGet(out var outputs, out var error))
        {
            await Answer.ErrorAsync(http, error);
            return;
        }

        // What is no point was never signed.
        var asked = outputs.Select(o => (Output: o, Point: o.Blinded.TryGetPoint(out var point) ? point.Compressed : default))
            .Where(o => o.Point != default).DistinctBy(o => o.Point).ToDictionary(o => o.Point, o => o.Output);
        var promises = await database.ReadAsync(reads => PromiseTable.ReadAsync(reads, [.. asked.Keys]), http.RequestAborted);
        IReadOnlyList<StoredPromise> signed = [.. promises.Where(p => p.Signature is not null)];
        var signatures = await replays.SignaturesAsync(signed, http.RequestAborted);
        IReadOnlyList<BlindedMessage> found =
            [.. signed.Zip(signatures, (p, s) => new BlindedMessage(s.Amount, s.Id, asked[p.Blinded].Blinded))];
        await Answer.JsonAsync(http, 512 * (1 + found.Count), to => RestoreMessages.Write(to, found, signatures));
    });

    private static ProofStatus StatusOf(PublicKey y, Dictionary<PublicKey, StoredProof> known) =>
        known.TryGetValue(y, out var proof)
            ? new ProofStatus(y, proof.State, proof.State == ProofState.Spent ? proof.Witness : null)
            : new ProofStatus(y, ProofState.Unspent, null);
}
