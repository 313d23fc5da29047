using Turnpike.Kernel.Events;

namespace Turnpike.Planetmint.Storage;

/// <summary>The word that the chain grew. What it grew by is in the chain itself.</summary>
/// <param name="Height">The new head's.</param>
/// <param name="Hash">The new head's, so that a block at hand can be told from another node's at the same height.</param>
internal sealed record ChainGrew(long Height, string Hash) : IEvent
{
    /// <summary>Where it is appended.</summary>
    public const string Topic = "planetmint/chain";

    /// <inheritdoc/>
    public static string EventType => "planetmint.chain_grew";

    /// <inheritdoc/>
    public static int EventVersion => 1;
}
