using Turnpike.Kernel.Crypto;

namespace Turnpike.Kernel.Encodings;

/// <summary>
/// What a Lightning invoice says. Fallback addresses, route hints and metadata are the paying node's business and left out.
/// </summary>
/// <remarks>BOLT 11; the letters are its field types.</remarks>
public sealed record Bolt11Invoice
{
    /// <summary>Seconds for which an invoice can be paid that does not say it.</summary>
    public const long DefaultExpirySeconds = 3600;

    // Those that mean something in an invoice, by their even bit: variable onion, payment secret, several parts, metadata.
    private static readonly int[] s_known = [8, 14, 16, 48];

    /// <summary>The network's prefix: <c>bc</c>, <c>tb</c>, <c>tbs</c>, <c>bcrt</c>, …; letters in lower case.</summary>
    public required string Network { get; init; }

    /// <summary>What is to be paid, in thousandths of a satoshi, more than 0; null where the payer chooses.</summary>
    public long? AmountMsat { get; init; }

    /// <summary>When it was made: Unix time in seconds, 35 bits.</summary>
    public required long Timestamp { get; init; }

    /// <summary><c>p</c>: what the payment is known by.</summary>
    public required PaymentHash PaymentHash { get; init; }

    /// <summary><c>s</c>: 32 bytes that the payer has to show.</summary>
    public required ReadOnlyMemory<byte> PaymentSecret { get; init; }

    /// <summary><c>d</c>: what is paid for, or null; at most 639 bytes of UTF-8.</summary>
    public string? Description { get; init; }

    /// <summary><c>h</c>: SHA-256 of a longer description, 32 bytes, or null.</summary>
    public ReadOnlyMemory<byte>? DescriptionHash { get; init; }

    /// <summary><c>x</c>: seconds from <see cref="Timestamp"/> for which it can be paid; below 2⁶⁰.</summary>
    public long ExpirySeconds { get; init; } = DefaultExpirySeconds;

    /// <summary><c>c</c>: blocks that the last hop must leave, or null for the protocol's 18; below 2⁶⁰.</summary>
    public long? MinFinalCltvExpiry { get; init; }

    /// <summary><c>9</c>: the feature bits that are set, ascending.</summary>
    public IReadOnlyList<int> Features { get; init; } = [];

    /// <summary>Whose invoice it is: who signed it. Written by nobody: encoding takes the signing key's.</summary>
    public PublicKey Payee { get; init; }

    /// <summary>The second from which on it can no longer be paid, Unix time.</summary>
    public long ExpiresAt => Timestamp + ExpirySeconds;

    /// <summary>
    /// A feature that a payer must know and that this program does not; null if there is none. Then nobody here may pay it.
    /// </summary>
    public int? FindUnknownRequiredFeature()
    {
        foreach (var bit in Features)
        {
            if (bit % 2 == 0 && !s_known.Contains(bit)) return bit;
        }

        return null;
    }
}
