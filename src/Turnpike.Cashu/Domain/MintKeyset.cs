using System.Numerics;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Domain;

/// <summary>A keyset of this mint, with its secret keys: 2^0 to 2^(n−1).</summary>
/// <remarks>docs/specs/cashu.md 4.2. Its text says nothing of the keys.</remarks>
public sealed class MintKeyset
{
    private readonly byte[] _secrets;
    private readonly CurvePoint[] _points;

    internal MintKeyset(Keyset keyset, int index, byte[] secrets, CurvePoint[] points) =>
        (Keyset, Index, _secrets, _points) = (keyset, index, secrets, points);

    /// <summary>What is published.</summary>
    public Keyset Keyset { get; }

    /// <summary>Counts the unit's keysets, of both versions: no two share a key.</summary>
    public int Index { get; }

    /// <summary>How many amounts there are keys for.</summary>
    public int Order => _points.Length;

    /// <summary>The id.</summary>
    public KeysetId Id => Keyset.Id;

    /// <summary>The unit.</summary>
    public string Unit => Keyset.Unit;

    /// <summary>Whether there is a key for an amount.</summary>
    /// <param name="amount">The amount.</param>
    public bool Has(ulong amount) => BitOperations.IsPow2(amount) && BitOperations.Log2(amount) < Order;

    /// <summary>The same keys, active or not, in use or over.</summary>
    /// <param name="isActive">Whether outputs may be of it from now on.</param>
    /// <param name="isForgotten">Whether the mint has begun to forget what was spent of it.</param>
    public MintKeyset With(bool isActive, bool isForgotten) =>
        new(Keyset with { IsActive = isActive, IsForgotten = isForgotten }, Index, _secrets, _points);

    /// <summary>The secret key of an amount: 32 bytes.</summary>
    /// <param name="amount">One that <see cref="Has"/>.</param>
    internal ReadOnlySpan<byte> Secret(ulong amount) => _secrets.AsSpan(Position(amount) * Scalar.Length, Scalar.Length);

    /// <summary>The public key of an amount, to calculate with.</summary>
    /// <param name="amount">One that <see cref="Has"/>.</param>
    internal ref readonly CurvePoint Point(ulong amount) => ref _points[Position(amount)];

    /// <summary>The id and the unit.</summary>
    public override string ToString() => $"{Id} ({Unit})";

    private int Position(ulong amount) =>
        Has(amount) ? BitOperations.Log2(amount) : throw new ArgumentOutOfRangeException(nameof(amount), amount, "There is no key for it.");
}
