namespace Turnpike.Planetmint.Domain;

/// <summary>
/// Which events a subscriber wants: of each kind any of the values, all kinds that have values. Equal if they want the same, so that
/// subscribers can share what is encoded for them.
/// </summary>
/// <remarks>planetmint.md 2.3.</remarks>
public sealed class StreamFilter : IEquatable<StreamFilter>
{
    /// <summary>Every event.</summary>
    public static readonly StreamFilter None = new([], [], [], []);

    /// <summary>Makes a filter; order and repetitions of the values do not matter.</summary>
    /// <param name="publicKeys">An output's condition holds one of these.</param>
    /// <param name="involved">An output's condition or an input's <c>owners_before</c> holds one of these.</param>
    /// <param name="assetIds">The asset is one of these.</param>
    /// <param name="operations">The operation is one of these.</param>
    public StreamFilter(
        IEnumerable<OwnerKey> publicKeys, IEnumerable<OwnerKey> involved,
        IEnumerable<TransactionId> assetIds, IEnumerable<Operation> operations)
    {
        PublicKeys = [.. publicKeys.Distinct().Order()];
        Involved = [.. involved.Distinct().Order()];
        AssetIds = [.. assetIds.Distinct().Order()];
        Operations = [.. operations.Distinct().Order()];
    }

    /// <summary>Distinct, ascending; empty: any.</summary>
    public IReadOnlyList<OwnerKey> PublicKeys { get; }

    /// <summary>Distinct, ascending; empty: any.</summary>
    public IReadOnlyList<OwnerKey> Involved { get; }

    /// <summary>Distinct, ascending; empty: any.</summary>
    public IReadOnlyList<TransactionId> AssetIds { get; }

    /// <summary>Distinct, ascending; empty: any.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>True if every event passes.</summary>
    public bool IsEmpty => PublicKeys.Count == 0 && Involved.Count == 0 && AssetIds.Count == 0 && Operations.Count == 0;

    /// <summary>Whether an event passes.</summary>
    /// <param name="transaction">The event's transaction.</param>
    public bool Matches(Transaction transaction) =>
        Contains(AssetIds, transaction.AssetId)
        && Contains(Operations, transaction.Operation)
        && (PublicKeys.Count == 0 || transaction.OutputKeys.Any(PublicKeys.Contains))
        && (Involved.Count == 0 || transaction.OutputKeys.Any(Involved.Contains) || transaction.OwnersBefore.Any(Involved.Contains));

    /// <inheritdoc/>
    public bool Equals(StreamFilter? other) =>
        other is not null && PublicKeys.SequenceEqual(other.PublicKeys) && Involved.SequenceEqual(other.Involved)
        && AssetIds.SequenceEqual(other.AssetIds) && Operations.SequenceEqual(other.Operations);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamFilter);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var key in PublicKeys) hash.Add(key);
        hash.Add(0);
        foreach (var key in Involved) hash.Add(key);
        foreach (var id in AssetIds) hash.Add(id);
        foreach (var operation in Operations) hash.Add(operation);
        return hash.ToHashCode();
    }

    private static bool Contains<T>(IReadOnlyList<T> values, T value) => values.Count == 0 || values.Contains(value);
}
