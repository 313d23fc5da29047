using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>A proof as its holder keeps it and hands it on: with the evidence that the mint signed it.</summary>
/// <param name="Amount">In the keyset's unit; a power of two.</param>
/// <param name="Id">The keyset. In a token it may be short: the first 8 bytes of an id of version 01.</param>
/// <param name="Secret">Hashed as UTF-8.</param>
/// <param name="C">The unblinded signature.</param>
/// <remarks>docs/specs/cashu.md 5; NUT-00, 12 and 28.</remarks>
public sealed record OwnedProof(ulong Amount, KeysetId Id, string Secret, PublicKey C)
{
    /// <summary>The mint's evidence that it signed with its published key (NUT-12), or null.</summary>
    public Dleq? Dleq { get; init; }

    /// <summary>The blinding factor r, without which nobody but its maker can check <see cref="Dleq"/>; or null.</summary>
    public Scalar? BlindingFactor { get; init; }

    /// <summary>Where the keys of the lock are blinded: the sender's ephemeral key E (NUT-28); or null.</summary>
    public PublicKey? EphemeralKey { get; init; }

    /// <summary>What shows that its spending condition is met, as text; or null.</summary>
    public string? Witness { get; init; }

    /// <summary>Y = hash_to_curve(secret): how the mint knows a spent proof.</summary>
    public PublicKey Y => HashToCurve.Hash(Encoding.UTF8.GetBytes(Secret)).Compressed;

    /// <summary>Says nothing of the secret.</summary>
    public override string ToString() => $"Proof of {Amount} ({Id})";

    /// <summary>As the mint takes it.</summary>
    internal Proof ToInput() => new(
        Amount, Id, SecretJson.Parse(Encoding.UTF8.GetBytes(Secret)), PointText.Of(C),
        Witness is null ? null : WitnessJson.Parse(Witness));

    /// <summary>Whether the mint signed it with the key that it publishes for the amount; false if it says nothing about that.</summary>
    /// <param name="key">The mint's key for the amount.</param>
    internal bool IsSignedWith(in PublicKey key) =>
        Dleq is { } dleq && BlindingFactor is { } r && dleq.VerifyProof(key, Encoding.UTF8.GetBytes(Secret), C, r.Span);
}
