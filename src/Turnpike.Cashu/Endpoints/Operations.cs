using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Endpoints;

/// <summary>The frame of every request that ends in signatures: its body, its answer, what is measured of it.</summary>
internal sealed class Operations(IOptions<CashuOptions> options, TimeProvider clock, CashuMetrics metrics)
{
    private const int SignatureBytes = 420;     // of JSON, with the longer keyset id

    private readonly int _maxBody = options.Value.Limits.BodyBytes;

    /// <summary>Answers a request with <c>{"signatures":[…]}</c>, or with its error.</summary>
    /// <param name="http">The request.</param>
    /// <param name="kind">What it is, for the metrics.</param>
    /// <param name="carryOut">Carries it out; the body is good until it is answered.</param>
    public Task SignAsync(
        HttpContext http, string kind, Func<ReadOnlyMemory<byte>, Task<Result<IReadOnlyList<BlindSignature>>>> carryOut) =>
        RequestBody.UseAsync(http, _maxBody, async body =>
        {
            var begun = clock.GetTimestamp();
            var result = await carryOut(body);
            metrics.Completed(kind, result.Error?.Name ?? "ok", clock.GetElapsedTime(begun));
            if (result.TryGet(out var signatures, out var error))
                await Answer.JsonAsync(http, SignatureBytes * (1 + signatures.Count), to => SwapMessages.WriteSignatures(to, signatures));
            else await Answer.ErrorAsync(http, error);
        });
}
