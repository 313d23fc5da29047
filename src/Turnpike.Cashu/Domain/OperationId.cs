namespace Turnpike.Cashu.Domain;

/// <summary>What one swap, mint, batch or melt is known by in the store. Clients never see it.</summary>
/// <param name="Value">UUID version 7, so that rows of one time lie together.</param>
/// <remarks>docs/specs/cashu.md 8.</remarks>
public readonly record struct OperationId(Guid Value)
{
    /// <summary>Bytes of an id.</summary>
    public const int Length = 16;

    /// <summary>The 16 bytes, in the order of the text.</summary>
    public byte[] ToBytes() => Value.ToByteArray(bigEndian: true);
}
