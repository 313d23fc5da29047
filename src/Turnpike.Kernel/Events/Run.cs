namespace Turnpike.Kernel.Events;

/// <summary>Positions without a gap between them.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last; may be the same.</param>
internal readonly record struct Run(long First, long Last);
