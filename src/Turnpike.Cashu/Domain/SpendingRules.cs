using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>Whether the inputs of a swap or a melt may be spent by whoever sent them.</summary>
/// <remarks>docs/specs/cashu.md 6. Vectors: tests/vectors/cashu/spending_conditions.json.</remarks>
public static class SpendingRules
{
    /// <summary>The most signatures of one witness.</summary>
    public const int MaxSignatures = 22;

    /// <summary>Checks the conditions of all inputs.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">All outputs, blank ones too.</param>
    /// <param name="melt">The quote, if it is a melt.</param>
    /// <param name="now">The mint's clock, unix seconds.</param>
    /// <param name="maxVerifications">How many signatures are tried, at most.</param>
    /// <returns>Null; or 10001 with the input's number, or 11014.</returns>
    public static ProtocolError? Check(
        IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, QuoteId? melt, long now, int maxVerifications)
    {
        var effort = new Effort(maxVerifications);
        var signsAll = false;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Secret.Fault is { } fault) return CashuErrors.ConditionNotMet(i, fault);
            signsAll |= inputs[i].Secret.Condition is { SignsAll: true };
        }

        return signsAll ? CheckTogether(inputs, outputs, melt, now, effort) : CheckEach(inputs, now, effort);
    }

    /// <summary>What SIG_ALL signs, before it is hashed.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="melt">The quote, if it is a melt.</param>
    public static byte[] MessageOfAll(IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, QuoteId? melt)
    {
        var message = new ArrayBufferWriter<byte>(1024);
        foreach (var input in inputs)
        {
            message.Write(input.Secret.Utf8.Span);
            message.Write(input.C.Utf8);
        }

        foreach (var output in outputs)
        {
            output.Amount.TryFormat(message.GetSpan(20), out var digits, provider: CultureInfo.InvariantCulture);
            message.Advance(digits);
            message.Write(output.Blinded.Utf8);
        }

        if (melt is { } quote) Encoding.UTF8.GetBytes(quote.Value, message);
        return message.WrittenSpan.ToArray();
    }

    private static ProtocolError? CheckEach(IReadOnlyList<Proof> inputs, long now, Effort effort)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].Secret.Condition is not { } condition) continue;
            SHA256.HashData(inputs[i].Secret.Utf8.Span, hash);
            if (CheckOne(condition, inputs[i].Witness, hash, now, effort, i) is { } error) return error;
        }

        return null;
    }

    private static ProtocolError? CheckTogether(
        IReadOnlyList<Proof> inputs, IReadOnlyList<BlindedMessage> outputs, QuoteId? melt, long now, Effort effort)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            if (inputs[0].Secret.Condition is not { } first || inputs[i].Secret.Condition is not { } other || !other.IsSameAs(first))
                return CashuErrors.ConditionNotMet(i, "with SIG_ALL all inputs have the same kind, data and tags");
        }

        var hash = SHA256.HashData(MessageOfAll(inputs, outputs, melt));
        return CheckOne(inputs[0].Secret.Condition!, inputs[0].Witness, hash, now, effort, 0);
    }

    private static ProtocolError? CheckOne(
        SpendingCondition condition, Witness? witness, ReadOnlySpan<byte> hash, long now, Effort effort, int index)
    {
        var isOpen = condition.LockTime is { } time && now > time;
        if (isOpen && condition.RefundKeys is null) return null;                    // anyone's
        if (witness is { Signatures.Count: > MaxSignatures })
            return CashuErrors.ConditionNotMet(index, $"more than {MaxSignatures} signatures");

        var met = HasPreimage(condition, witness) && HasSigned(condition.Keys, condition.Needed, witness, hash, effort);
        if (!met && isOpen) met = HasSigned(condition.RefundKeys!, condition.RefundNeeded, witness, hash, effort);
        if (met) return null;
        if (effort.IsSpent) return CashuErrors.TooManyInputs("signatures to verify", effort.Limit);
        return CashuErrors.ConditionNotMet(index, "signatures or preimage are missing or not valid");
    }

    private static bool HasPreimage(SpendingCondition condition, Witness? witness)
    {
        if (condition.Kind != "HTLC") return true;
        if (condition.Hash is not { } expected || witness?.Preimage is not { } text) return false;
        Span<byte> preimage = stackalloc byte[Scalar.Length];
        Span<byte> hash = stackalloc byte[Scalar.Length];
        if (!Hex.TryDecode(text, preimage)) return false;
        SHA256.HashData(preimage, hash);
        return hash.SequenceEqual(expected.Span);
    }

    /// <summary>Counts keys with a valid signature, not signatures.</summary>
    private static bool HasSigned(IReadOnlyList<PublicKey> keys, int needed, Witness? witness, ReadOnlySpan<byte> hash, Effort effort)
    {
        if (needed == 0) return true;
        if (witness is null || witness.Signatures.Count < needed || keys.Count < needed) return false;
        Span<bool> signed = stackalloc bool[SpendingCondition.MaxKeys];
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureLength];
        foreach (var text in witness.Signatures)
        {
            if (!Hex.TryDecode(text, signature)) continue;
            for (var i = 0; i < keys.Count; i++)
            {
                if (signed[i]) continue;
                if (!effort.TryTake()) return false;
                if (!Secp256k1.VerifySchnorr(keys[i].X, hash, signature)) continue;
                signed[i] = true;
                if (--needed == 0) return true;
                break;                                                              // it is no other key's
            }
        }

        return false;
    }

    /// <summary>How many verifications a request has had.</summary>
    private sealed class Effort(int limit)
    {
        private int _taken;

        public int Limit => limit;

        public bool IsSpent { get; private set; }

        public bool TryTake()
        {
            if (_taken < limit) _taken++;
            else IsSpent = true;
            return !IsSpent;
        }
    }
}
