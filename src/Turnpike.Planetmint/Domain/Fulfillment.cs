using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Turnpike.Kernel.Encodings;
using Crypto = Turnpike.Kernel.Crypto;

namespace Turnpike.Planetmint.Domain;

/// <summary>What is shown to spend an output: signatures, and the conditions of the members that did not sign.</summary>
/// <remarks>planetmint.md 4.4. Vectors: tests/vectors/planetmint/fulfillments.json.</remarks>
public abstract class Fulfillment
{
    /// <summary>Members may be nested this deep.</summary>
    public const int MaxDepth = 16;

    /// <summary>At most so many members in all, fulfilled or not.</summary>
    public const int MaxNodes = 1000;

    /// <summary>Length of the DER, in bytes.</summary>
    public const int MaxLength = 65536;

    private Fulfillment() { }

    /// <summary>The condition that this fulfills, if its signatures are valid.</summary>
    public abstract Condition Condition { get; }

    /// <summary>The DER.</summary>
    public abstract byte[] ToDer();

    /// <summary>True if every signature in it is one of this message.</summary>
    /// <param name="message">As a rule the 32 bytes of <see cref="TransactionText.Message"/>.</param>
    public abstract bool Verify(ReadOnlySpan<byte> message);

    /// <summary>The distinct keys that signed, in the order in which they occur.</summary>
    public IReadOnlyList<OwnerKey> Keys
    {
        get
        {
            if (this is Ed25519 single) return [single.Key];
            var keys = new List<OwnerKey>();
            Collect(keys, []);
            return keys;
        }
    }

    /// <summary>Reads strict base64url of strict DER, within the limits above.</summary>
    /// <param name="base64Url">The text that stands in a transaction.</param>
    /// <param name="fulfillment">The fulfillment.</param>
    public static bool TryParse(ReadOnlySpan<byte> base64Url, [NotNullWhen(true)] out Fulfillment? fulfillment)
    {
        fulfillment = null;
        var length = Base64Url.DecodedLength(base64Url.Length);
        if (length > MaxLength) return false;
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            return Base64Url.TryDecode(base64Url, buffer, out length) && TryDecode(buffer.AsSpan(0, length), out fulfillment);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads strict DER, within the limits above.</summary>
    /// <param name="der">The DER and nothing else.</param>
    /// <param name="fulfillment">The fulfillment.</param>
    public static bool TryDecode(ReadOnlySpan<byte> der, [NotNullWhen(true)] out Fulfillment? fulfillment)
    {
        fulfillment = null;
        if (der.Length > MaxLength) return false;
        var reader = new DerReader(der);
        var nodes = 0;
        if (!TryRead(ref reader, 1, ref nodes, out var read) || !reader.IsEmpty) return false;
        fulfillment = read;
        return true;
    }

    /// <summary>Signs what a condition asks for, with no more signatures than it needs.</summary>
    /// <param name="details">The condition's details.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="signers">The keys at hand; those that are not needed do not sign.</param>
    /// <returns>Null if the keys at hand are not enough.</returns>
    public static Fulfillment? Sign(ConditionDetails details, ReadOnlySpan<byte> message, IReadOnlyList<OwnerKeyPair> signers)
    {
        if (details is ConditionDetails.Ed25519 single)
        {
            foreach (var signer in signers)
            {
                if (signer.Owner == single.Key) return new Ed25519(single.Key, signer.Sign(message));
            }

            return null;
        }

        var threshold = (ConditionDetails.Threshold)details;
        var fulfilled = new List<Fulfillment>();
        var rest = new List<Condition>();
        foreach (var member in threshold.Members)
        {
            if (fulfilled.Count < threshold.Required && Sign(member, message, signers) is { } signed) fulfilled.Add(signed);
            else rest.Add(member.Condition);
        }

        return fulfilled.Count == threshold.Required ? new Threshold(fulfilled, rest) : null;
    }

    /// <summary>The text that stands in transactions: the DER in base64url without padding.</summary>
    public override string ToString() => Base64Url.Encode(ToDer());

    private void Collect(List<OwnerKey> keys, HashSet<OwnerKey> seen)
    {
        switch (this)
        {
            case Ed25519 single:
                if (seen.Add(single.Key)) keys.Add(single.Key);
                break;
            case Threshold threshold:
                foreach (var member in threshold.Fulfilled) member.Collect(keys, seen);
                break;
        }
    }

    private static bool TryRead(ref DerReader reader, int depth, ref int nodes, [NotNullWhen(true)] out Fulfillment? fulfillment)
    {
        fulfillment = null;
        if (depth > MaxDepth || ++nodes > MaxNodes) return false;
        if (reader.NextTag == (int)ConditionType.Threshold)
        {
            return reader.TryRead((byte)ConditionType.Threshold, out var members)
                && TryReadThreshold(members, depth, ref nodes, out fulfillment);
        }

        if (!reader.TryRead((byte)ConditionType.Ed25519, out var content)) return false;
        var within = new DerReader(content);
        if (!within.TryRead(0x80, OwnerKey.Length, out var key)) return false;
        if (!within.TryRead(0x81, Crypto.Ed25519.SignatureLength, out var signature) || !within.IsEmpty) return false;
        fulfillment = new Ed25519(new OwnerKey(key), signature.ToArray());
        return true;
    }

    private static bool TryReadThreshold(ReadOnlySpan<byte> content, int depth, ref int nodes, out Fulfillment? fulfillment)
    {
        fulfillment = null;
        var sets = new DerReader(content);
        if (!sets.TryRead(0xA0, out var fulfilledSet) || !sets.TryRead(0xA1, out var restSet) || !sets.IsEmpty) return false;

        var fulfilled = new List<Fulfillment>();
        var order = new SetOrder(fulfilledSet);
        while (order.MoveNext(out var reader))
        {
            if (!TryRead(ref reader, depth + 1, ref nodes, out var member)) return false;
            if (!order.TryTake(reader)) return false;
            fulfilled.Add(member);
        }

        var rest = new List<Condition>();
        order = new SetOrder(restSet);
        while (order.MoveNext(out var reader))
        {
            if (++nodes > MaxNodes || !Condition.TryRead(ref reader, out var condition) || !order.TryTake(reader)) return false;
            rest.Add(condition!);
        }

        if (fulfilled.Count == 0) return false;
        fulfillment = new Threshold(fulfilled, rest);
        return true;
    }

    /// <summary>Walks a SET OF and sees to it that its elements ascend.</summary>
    private ref struct SetOrder(ReadOnlySpan<byte> content)
    {
        private ReadOnlySpan<byte> _rest = content;
        private ReadOnlySpan<byte> _last;

        public readonly bool MoveNext(out DerReader reader)
        {
            reader = new DerReader(_rest);
            return !_rest.IsEmpty;
        }

        public bool TryTake(DerReader after)
        {
            var element = _rest[..(_rest.Length - after.Remaining)];
            if (Der.Compare(_last, element) > 0) return false;
            _last = element;
            _rest = _rest[element.Length..];
            return true;
        }
    }

    /// <summary>One signature.</summary>
    public sealed class Ed25519 : Fulfillment
    {
        private readonly byte[] _signature;
        private Condition? _condition;

        internal Ed25519(OwnerKey key, byte[] signature) => (Key, _signature) = (key, signature);

        /// <summary>Who signed.</summary>
        public OwnerKey Key { get; }

        /// <inheritdoc/>
        public override Condition Condition => _condition ??= Condition.OfEd25519(Key);

        /// <inheritdoc/>
        public override bool Verify(ReadOnlySpan<byte> message)
        {
            var key = Key;
            return Crypto.Ed25519.Verify(key.Span, message, _signature);
        }

        /// <inheritdoc/>
        public override byte[] ToDer()
        {
            var der = new byte[102];
            (der[0], der[1], der[2], der[3]) = ((byte)ConditionType.Ed25519, 100, 0x80, OwnerKey.Length);
            var key = Key;
            key.Span.CopyTo(der.AsSpan(4));
            (der[36], der[37]) = (0x81, Crypto.Ed25519.SignatureLength);
            _signature.CopyTo(der, 38);
            return der;
        }
    }

    /// <summary>As many members as the threshold asks for, and the conditions of the others.</summary>
    public sealed class Threshold : Fulfillment
    {
        private Condition? _condition;

        internal Threshold(IReadOnlyList<Fulfillment> fulfilled, IReadOnlyList<Condition> rest) => (Fulfilled, Rest) = (fulfilled, rest);

        /// <summary>The members that are fulfilled; their number is the threshold.</summary>
        public IReadOnlyList<Fulfillment> Fulfilled { get; }

        /// <summary>The members that are not.</summary>
        public IReadOnlyList<Condition> Rest { get; }

        /// <inheritdoc/>
        public override Condition Condition =>
            _condition ??= Condition.OfThreshold(Fulfilled.Count, [.. Fulfilled.Select(f => f.Condition), .. Rest]);

        /// <inheritdoc/>
        public override bool Verify(ReadOnlySpan<byte> message)
        {
            foreach (var member in Fulfilled)
            {
                if (!member.Verify(message)) return false;
            }

            return true;
        }

        /// <inheritdoc/>
        public override byte[] ToDer() => Der.Sequence(
            (byte)ConditionType.Threshold,
            Der.SetOf(0xA0, Fulfilled.Select(f => f.ToDer())),
            Der.SetOf(0xA1, Rest.Select(c => c.Der.ToArray())));
    }
}
