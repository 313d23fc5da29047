using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>Where in the committed log a stream begins.</summary>
/// <remarks>planetmint.md 2.3: <c>from_height</c> and <c>after</c>.</remarks>
public abstract record StreamPosition
{
    private StreamPosition() { }

    /// <summary>What is committed from now on.</summary>
    public static StreamPosition Now { get; } = new Live();

    /// <summary>Everything that ever was committed, then what follows.</summary>
    public static StreamPosition Beginning { get; } = new From(0);

    /// <summary>Everything of height <paramref name="height"/> and above.</summary>
    public static StreamPosition FromHeight(long height) => new From(height);

    /// <summary>What follows the transaction <paramref name="id"/>, as the last event that was received names it.</summary>
    public static StreamPosition After(TransactionId id) => new Behind(id);

    internal sealed record Live : StreamPosition;

    internal sealed record From(long Height) : StreamPosition;

    internal sealed record Behind(TransactionId Id) : StreamPosition;
}
