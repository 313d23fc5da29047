using System.Diagnostics.CodeAnalysis;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>A key that can sign, with its public half. Keep it out of logs.</summary>
/// <remarks>planetmint.md 4.1: a private key is the 32 byte ed25519 seed, written in base58. Vectors:
/// tests/vectors/planetmint/keys.json.</remarks>
public sealed class OwnerKeyPair
{
    private readonly byte[] _expanded = new byte[Ed25519.ExpandedKeyLength];

    private OwnerKeyPair(ReadOnlySpan<byte> seed)
    {
        Ed25519.Expand(seed, _expanded);
        Owner = new OwnerKey(_expanded.AsSpan(Ed25519.SeedLength));
    }

    /// <summary>The public key.</summary>
    public OwnerKey Owner { get; }

    /// <summary>The pair of a seed.</summary>
    /// <param name="seed">32 bytes; for a new key of <see cref="System.Security.Cryptography.RandomNumberGenerator"/>.</param>
    public static OwnerKeyPair FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    /// <summary>Reads a private key: a seed of 32 bytes in base58.</summary>
    /// <param name="privateKey">The private key.</param>
    /// <param name="pair">The pair.</param>
    public static bool TryParse(ReadOnlySpan<char> privateKey, [NotNullWhen(true)] out OwnerKeyPair? pair)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        pair = Base58.TryDecode32(privateKey, seed) ? new OwnerKeyPair(seed) : null;
        return pair is not null;
    }

    /// <summary>The seed in base58. A secret.</summary>
    public string ExportPrivateKey() => Base58.Encode(_expanded.AsSpan(0, Ed25519.SeedLength));

    /// <summary>Signs a message, as a rule the 32 bytes of <see cref="TransactionText.Message"/>.</summary>
    /// <param name="message">Any bytes.</param>
    /// <returns>64 bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureLength];
        Ed25519.SignExpanded(_expanded, message, signature);
        return signature;
    }
}
