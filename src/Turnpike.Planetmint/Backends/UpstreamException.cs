namespace Turnpike.Planetmint.Backends;

/// <summary>What became of a call to an upstream that failed.</summary>
internal enum UpstreamFault
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No answer, or not all of it, in time.</summary>
    TimedOut,

    /// <summary>An answer that says no, or that we cannot read.</summary>
    BadAnswer,

    /// <summary>It serves another history than the one that is stored. Following stops for good.</summary>
    AnotherHistory,
}

/// <summary>An upstream failed. The message is one sentence for the operator.</summary>
internal sealed class UpstreamException(UpstreamFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it was.</summary>
    public UpstreamFault Fault => fault;
}
