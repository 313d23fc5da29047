using System.Security.Cryptography;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Makes the witnesses that locked proofs want.</summary>
/// <remarks>docs/specs/cashu.md 6.</remarks>
internal static class Unlocking
{
    /// <summary>The inputs of a swap, with witnesses where they are needed.</summary>
    /// <param name="proofs">What is spent.</param>
    /// <param name="outputs">The outputs, which SIG_ALL signs too.</param>
    /// <param name="options">Keys and preimage at hand.</param>
    /// <param name="now">The wallet's clock.</param>
    /// <returns>The inputs; or that they are locked.</returns>
    public static Result<IReadOnlyList<Proof>> Open(
        IReadOnlyList<OwnedProof> proofs, IReadOnlyList<BlindedMessage> outputs, ReceiveOptions options, DateTimeOffset now)
    {
        Proof[] inputs = [.. proofs.Select(p => p.ToInput())];
        var signsAll = inputs.Any(i => i.Secret.Condition is { SignsAll: true });
        var whole = signsAll ? SHA256.HashData(SpendingRules.MessageOfAll(inputs, outputs, null)) : null;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Secret.Fault is not null) return WalletErrors.Locked;
            if (inputs[i].Secret.Condition is not { } condition || (whole is not null && i > 0)) continue;
            if (proofs[i].Witness is not null && whole is null) continue;       // the sender has signed already
            var hash = whole ?? SHA256.HashData(inputs[i].Secret.Utf8.Span);
            if (Sign(condition, proofs[i], hash, options, now) is not { } witness) return WalletErrors.Locked;
            inputs[i] = inputs[i] with { Witness = witness };
        }

        return Result.Ok<IReadOnlyList<Proof>>(inputs);
    }

    private static Witness? Sign(
        SpendingCondition condition, OwnedProof proof, ReadOnlySpan<byte> hash, ReceiveOptions options, DateTimeOffset now)
    {
        var isOpen = condition.LockTime is { } time && now.ToUnixTimeSeconds() > time;
        if (isOpen && condition.RefundKeys is null) return WitnessJson.Make([]);
        var first = condition.Kind == "HTLC" ? 1 : 0;
        if (condition.Kind != "HTLC" || options.Preimage is not null)
        {
            var signatures = Sign(condition.Keys, first, condition.Needed, proof, hash, options);
            if (signatures.Count >= condition.Needed) return WitnessJson.Make(signatures, options.Preimage?.ToString());
        }

        if (!isOpen) return null;
        var refunds = Sign(condition.RefundKeys!, first + condition.Keys.Count, condition.RefundNeeded, proof, hash, options);
        return refunds.Count >= condition.RefundNeeded ? WitnessJson.Make(refunds) : null;
    }

    private static List<string> Sign(
        IReadOnlyList<PublicKey> keys, int slot, int needed, OwnedProof proof, ReadOnlySpan<byte> hash, ReceiveOptions options)
    {
        var signatures = new List<string>();
        Span<byte> secretKey = stackalloc byte[Secp256k1.SecretKeyLength];
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        for (var i = 0; i < keys.Count && signatures.Count < needed; i++)
        {
            if (!TryFindKey(keys[i], slot + i, proof, options, secretKey)) continue;
            Secp256k1.SignSchnorr(secretKey, hash, RandomNumberGenerator.GetBytes(32), signature);
            signatures.Add(Convert.ToHexStringLower(signature));
        }

        CryptographicOperations.ZeroMemory(secretKey);
        return signatures;
    }

    private static bool TryFindKey(in PublicKey key, int slot, OwnedProof proof, ReceiveOptions options, Span<byte> secretKey)
    {
        foreach (var ours in options.Keys)
        {
            if (proof.EphemeralKey is { } ephemeral && BlindedKeys.TryUnblind(ours.Span, ephemeral, key, slot, secretKey)) return true;
            if (!Secp256k1.TryPublicKey(ours.Span, out var own) || !own.X.SequenceEqual(key.X)) continue;
            ours.Span.CopyTo(secretKey);
            return true;
        }

        return false;
    }
}
