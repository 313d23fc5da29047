namespace Turnpike.Cashu.Domain;

/// <summary>A proof's secret: the bytes that are hashed, and the condition that they spell, if any. Never logged.</summary>
/// <remarks>docs/specs/cashu.md 4.1 and 6. Read by <c>SecretJson</c>, so that no secret passes as ordinary unread.</remarks>
public sealed class Secret : IEquatable<Secret>
{
    internal Secret(ReadOnlyMemory<byte> utf8, SpendingCondition? condition = null, string? fault = null) =>
        (Utf8, Condition, Fault) = (utf8, condition, fault);

    /// <summary>The text as UTF-8, unescaped. It may be a piece of the request, so whoever keeps it longer copies it.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Who may spend; null for an ordinary secret, whose holder may.</summary>
    public SpendingCondition? Condition { get; }

    /// <summary>Why it can never be spent: it is a condition, but a malformed one. Null otherwise.</summary>
    public string? Fault { get; }

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Seeded for each process: the text is chosen by the other side.
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>Says nothing of the text.</summary>
    public override string ToString() => nameof(Secret);
}
