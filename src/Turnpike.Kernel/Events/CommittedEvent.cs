namespace Turnpike.Kernel.Events;

/// <summary>An event whose commit is on the disk.</summary>
/// <param name="Position">Its place in the one order of all events; rising, from 1 on, maybe with holes.</param>
/// <param name="Topic">Whom it concerns.</param>
/// <param name="Type">Its stored name.</param>
/// <param name="Version">The form of its JSON.</param>
/// <param name="Payload">JSON, UTF-8.</param>
public sealed record CommittedEvent(long Position, string Topic, string Type, int Version, ReadOnlyMemory<byte> Payload);
