namespace Turnpike.Planetmint.Backends;

/// <summary>Makes the upstream that the options name.</summary>
internal static class Upstreams
{
    /// <summary>Opens nothing yet.</summary>
    /// <returns>Null for <see cref="UpstreamKind.None"/>. The caller disposes it.</returns>
    public static IUpstream? Create(UpstreamOptions options, TimeProvider clock) => options.Kind switch
    {
        UpstreamKind.None => null,
        UpstreamKind.Node => new NodeUpstream(options, clock),
        UpstreamKind.CometBft => new CometBftUpstream(options, clock),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, null),
    };
}
