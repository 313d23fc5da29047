namespace Turnpike.Kernel.Sockets;

/// <summary>
/// What a subscription has of its own within its group: which objects it follows, and how its messages begin. The group's encoding writes
/// what comes after that, once for all.
/// </summary>
/// <param name="prefix">What stands before what the encoding writes, in each message; UTF-8, not changed any more.</param>
/// <param name="keys">The subscription gets the changes that have at least one of them.</param>
public sealed class Address(ReadOnlyMemory<byte> prefix, IReadOnlyList<TopicKey> keys)
{
    /// <summary>How each message begins, UTF-8.</summary>
    public ReadOnlyMemory<byte> Prefix => prefix;

    /// <summary>What is followed.</summary>
    public IReadOnlyList<TopicKey> Keys => keys;
}
