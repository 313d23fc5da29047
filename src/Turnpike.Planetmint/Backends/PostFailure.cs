namespace Turnpike.Planetmint.Backends;

/// <summary>What a poster is told when the upstream itself gave no answer. Addresses of ours stay with the operator.</summary>
internal static class PostFailure
{
    /// <summary>504 if the outcome is unknown for want of an answer, otherwise 502.</summary>
    public static UpstreamAnswer Answer(UpstreamException failure) => failure.Fault switch
    {
        UpstreamFault.TimedOut =>
            UpstreamAnswer.Refused(504, "The upstream did not answer in time; the transaction may still be committed"),
        UpstreamFault.Unreachable => UpstreamAnswer.Refused(502, "The upstream cannot be reached"),
        _ => UpstreamAnswer.Refused(502, "The upstream's answer cannot be read"),
    };
}
