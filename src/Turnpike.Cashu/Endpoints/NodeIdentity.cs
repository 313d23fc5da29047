using Turnpike.Cashu.Backends;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Endpoints;

/// <summary>Who our Lightning node is, without asking it for each request. What depends on it being the same node asks anew.</summary>
internal sealed class NodeIdentity(ILightning lightning, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(1);

    private Known? _known;

    /// <summary>The node and its network; from memory where it does not answer and has before.</summary>
    /// <exception cref="LightningException">It does not answer, and never has.</exception>
    public async Task<LightningStatus.Reachable> GetAsync(CancellationToken cancellation)
    {
        var known = Volatile.Read(ref _known);
        if (known is not null && clock.GetElapsedTime(known.At) < s_fresh) return known.Node;
        switch (await lightning.StatusAsync(cancellation))
        {
            case LightningStatus.Reachable node:
                Volatile.Write(ref _known, new Known(node, clock.GetTimestamp()));
                return node;
            case LightningStatus.Unreachable unreachable when known is null:
                throw new LightningException(unreachable.Reason);
            default:
                return known!.Node;
        }
    }

    /// <summary>The node's key as it says now; null if it does not answer.</summary>
    public async Task<PublicKey?> AskAsync(CancellationToken cancellation) =>
        await lightning.StatusAsync(cancellation) is LightningStatus.Reachable node ? node.Node : null;

    private sealed record Known(LightningStatus.Reachable Node, long At);
}
