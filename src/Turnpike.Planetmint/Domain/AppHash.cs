using System.Text;
using Turnpike.Kernel.Crypto;
using HexText = Turnpike.Kernel.Encodings.Hex;

namespace Turnpike.Planetmint.Domain;

/// <summary>A block's hash, chained over all blocks before it. Kept as the text that is hashed on.</summary>
/// <param name="Hex">64 lower-case hex digits; empty for genesis. An upstream's hash is whatever that wrote.</param>
/// <remarks>planetmint.md 5. Vectors: tests/vectors/planetmint/stream.json.</remarks>
public readonly record struct AppHash(string Hex)
{
    /// <summary>The hash of height 0.</summary>
    public static readonly AppHash Genesis = new("");

    /// <summary>The hash of the next block: hex(sha3-256(this ‖ hex(sha3-256(id₁ ‖ id₂ ‖ …)))), over the hex text of each.</summary>
    /// <param name="ids">The block's transactions, in order.</param>
    public AppHash Next(IReadOnlyList<TransactionId> ids)
    {
        var text = new byte[ids.Count * TransactionId.HexLength];
        for (var i = 0; i < ids.Count; i++) ids[i].WriteHex(text.AsSpan(i * TransactionId.HexLength));
        Span<byte> hash = stackalloc byte[Sha3.Length];
        Sha3.Hash256(text, hash);

        var chained = new byte[Hex.Length + 2 * Sha3.Length];
        Encoding.ASCII.GetBytes(Hex, chained);
        HexText.Encode(hash, chained.AsSpan(Hex.Length));
        Sha3.Hash256(chained, hash);
        return new AppHash(HexText.Encode(hash));
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
