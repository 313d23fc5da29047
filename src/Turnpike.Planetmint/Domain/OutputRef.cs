namespace Turnpike.Planetmint.Domain;

/// <summary>Names an output, by the transaction that made it and its place there.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Index">From 0. An index that no transaction can have is kept as <see cref="int.MaxValue"/>.</param>
public readonly record struct OutputRef(TransactionId TransactionId, int Index)
{
    /// <summary><c>id:index</c>, for people.</summary>
    public override string ToString() => $"{TransactionId}:{Index}";
}
