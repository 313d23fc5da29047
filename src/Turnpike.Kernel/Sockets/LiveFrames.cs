namespace Turnpike.Kernel.Sockets;

/// <summary>The frames of a change for a group.</summary>
/// <param name="Batch">At least one frame.</param>
/// <param name="Before">The topic's head before the change.</param>
/// <param name="EventsBefore">The topic's count of events before the change.</param>
internal sealed record LiveFrames(FrameBatch Batch, long Before, long EventsBefore);
