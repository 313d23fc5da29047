namespace Turnpike.Kernel;

/// <summary>What the other side did wrong, as its protocol says it.</summary>
/// <param name="Code">The protocol's own number (an HTTP status where it has no other), or 0 where it has none.</param>
/// <param name="Name">The protocol's own name; also the metric tag. Stable.</param>
/// <param name="Message">One sentence for people. May change unless the protocol fixes its text.</param>
public sealed record ProtocolError(int Code, string Name, string Message);
