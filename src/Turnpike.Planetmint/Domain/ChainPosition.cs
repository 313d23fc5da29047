namespace Turnpike.Planetmint.Domain;

/// <summary>A place in the chain: height · 2²⁰ + the transaction's index in its block. Orders the whole log with one integer.</summary>
/// <param name="Value">As stored; 0 is before everything.</param>
/// <remarks>docs/decisions/0005-position-in-the-chain.md.</remarks>
public readonly record struct ChainPosition(long Value) : IComparable<ChainPosition>
{
    /// <summary>Transactions that one height can hold.</summary>
    public const int PerBlock = 1 << IndexBits;

    private const int IndexBits = 20;

    /// <summary>Before everything.</summary>
    public static readonly ChainPosition Start = new(0);

    /// <summary>The height.</summary>
    public long Height => Value >> IndexBits;

    /// <summary>The index within the block, from 0.</summary>
    public int Index => (int)(Value & (PerBlock - 1));

    /// <summary>The place of a transaction.</summary>
    /// <param name="height">The block's.</param>
    /// <param name="index">From 0.</param>
    public static ChainPosition Of(long height, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PerBlock, nameof(index));
        return new(checked(height * PerBlock) + index);
    }

    /// <summary>The place of a whole block: after its last transaction, before the next height.</summary>
    /// <param name="height">The block's.</param>
    public static ChainPosition EndOf(long height) => Of(height, PerBlock - 1);

    /// <inheritdoc/>
    public int CompareTo(ChainPosition other) => Value.CompareTo(other.Value);

    /// <summary>Earlier in the chain.</summary>
    public static bool operator <(ChainPosition left, ChainPosition right) => left.Value < right.Value;

    /// <summary>Later in the chain.</summary>
    public static bool operator >(ChainPosition left, ChainPosition right) => left.Value > right.Value;

    /// <summary>Not later in the chain.</summary>
    public static bool operator <=(ChainPosition left, ChainPosition right) => left.Value <= right.Value;

    /// <summary>Not earlier in the chain.</summary>
    public static bool operator >=(ChainPosition left, ChainPosition right) => left.Value >= right.Value;
}
