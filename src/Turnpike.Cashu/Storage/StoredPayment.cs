using System.Buffers.Binary;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Storage;

/// <summary>A row of <c>cashu_payment</c>: one attempt to pay a melt quote's invoice, written before anything is sent.</summary>
/// <remarks>docs/specs/cashu.md 7.5 and 8.</remarks>
internal sealed record StoredPayment
{
    /// <summary>Which attempt of which quote.</summary>
    public required PaymentKey Key { get; init; }

    /// <summary>Of the invoice.</summary>
    public required Scalar PaymentHash { get; init; }

    /// <summary>Whether a mint quote of this mint is paid, without Lightning.</summary>
    public required bool IsInternal { get; init; }

    /// <summary>What the payee gets.</summary>
    public required long AmountMsat { get; init; }

    /// <summary>What Lightning may take beyond it.</summary>
    public required long MaxFeeMsat { get; init; }

    /// <summary>What the node had of this hash before the first send; null: never sent.</summary>
    public PaymentNote? Note { get; init; }

    /// <summary>Whether the node has shown the payment since: should it know nothing of it later, its records were deleted.</summary>
    public bool IsShown { get; init; }

    /// <summary>The server whose lease it takes to decide about it.</summary>
    public required string Owner { get; init; }

    /// <summary>When it was written, unix seconds.</summary>
    public required long Started { get; init; }

    /// <summary>When the node is asked next, unix seconds; null: never again.</summary>
    public required long? AskAt { get; init; }

    /// <summary>What became of it.</summary>
    public PaymentOutcome Outcome { get; init; }

    /// <summary>What whoever waits for a failed one is told: the code.</summary>
    public int? Error { get; init; }

    /// <summary>The inputs that a failed one gave back.</summary>
    public IReadOnlyList<ReleasedInput> Released { get; init; } = [];
}

/// <summary>Names a payment.</summary>
/// <param name="Quote">The melt quote.</param>
/// <param name="Attempt">From 1.</param>
internal readonly record struct PaymentKey(QuoteId Quote, int Attempt);

/// <summary>What a node had of a payment hash before we first sent anything; only what is above it is ours.</summary>
/// <param name="Node">The node.</param>
/// <param name="Index">Its newest index of the hash; 0 for none.</param>
internal sealed record PaymentNote(PublicKey Node, long Index);

/// <summary>What became of a payment.</summary>
internal enum PaymentOutcome
{
    /// <summary>Not known yet.</summary>
    Open,

    /// <summary>Paid.</summary>
    Paid,

    /// <summary>Failed, and its inputs given back.</summary>
    Failed,
}

/// <summary>An input that a failed melt gave back. Kept, should the node have paid after all.</summary>
/// <param name="Y">Its point.</param>
/// <param name="Amount">In its keyset's unit.</param>
/// <param name="KeysetNo">Its keyset.</param>
internal readonly record struct ReleasedInput(PublicKey Y, ulong Amount, int KeysetNo)
{
    private const int Length = PublicKey.Length + 8 + 4;

    /// <summary>Y, amount and keyset of each, big-endian.</summary>
    public static byte[] Write(IReadOnlyList<StoredProof> proofs)
    {
        var bytes = new byte[proofs.Count * Length];
        for (var i = 0; i < proofs.Count; i++)
        {
            var to = bytes.AsSpan(i * Length, Length);
            var proof = proofs[i];
            proof.Y.Span.CopyTo(to);
            BinaryPrimitives.WriteUInt64BigEndian(to[PublicKey.Length..], proof.Amount);
            BinaryPrimitives.WriteInt32BigEndian(to[(PublicKey.Length + 8)..], proof.KeysetNo);
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static ReleasedInput[] Read(ReadOnlySpan<byte> bytes)
    {
        var inputs = new ReleasedInput[bytes.Length / Length];
        if (bytes.Length != inputs.Length * Length) throw new InvalidCastException($"{bytes.Length} bytes are no released inputs");
        for (var i = 0; i < inputs.Length; i++)
        {
            var from = bytes.Slice(i * Length, Length);
            if (!PublicKey.TryRead(from[..PublicKey.Length], out var y)) throw new InvalidCastException("A released input has no point");
            inputs[i] = new ReleasedInput(y, BinaryPrimitives.ReadUInt64BigEndian(from[PublicKey.Length..]),
                BinaryPrimitives.ReadInt32BigEndian(from[(PublicKey.Length + 8)..]));
        }

        return inputs;
    }
}
