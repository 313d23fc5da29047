using System.Security.Cryptography;
using System.Text;
using Turnpike.Kernel.Encodings;
using DerValue = Turnpike.Kernel.Encodings.Der;

namespace Turnpike.Planetmint.Domain;

/// <summary>The two types of crypto-conditions that transactions use; the value is the DER tag.</summary>
public enum ConditionType
{
    /// <summary>THRESHOLD-SHA-256: m of n members.</summary>
    Threshold = 0xA2,

    /// <summary>ED25519-SHA-256: one signature.</summary>
    Ed25519 = 0xA4,
}

/// <summary>A crypto-condition: the fingerprint of what must be shown to spend an output. Equal iff the DER is equal.</summary>
/// <remarks>planetmint.md 4.4. Vectors: tests/vectors/planetmint/conditions.json.</remarks>
public sealed class Condition : IEquatable<Condition>
{
    /// <summary>The cost of one signature.</summary>
    public const long Ed25519Cost = 131072;

    private const int FingerprintLength = 32;
    private readonly byte[] _der;
    private readonly byte[] _fingerprint;

    private Condition(ConditionType type, byte[] fingerprint, long cost, bool hasEd25519, byte[] der)
    {
        (Type, _fingerprint, Cost, HasEd25519, _der) = (type, fingerprint, cost, hasEd25519, der);
    }

    /// <summary>Its type.</summary>
    public ConditionType Type { get; }

    /// <summary>What a fulfillment costs to check: 131072 a signature and 1024 a member of a threshold.</summary>
    public long Cost { get; }

    /// <summary>SHA-256 of the fingerprint's contents, 32 bytes.</summary>
    public ReadOnlySpan<byte> Fingerprint => _fingerprint;

    /// <summary>The DER: fingerprint, cost and, of a threshold, its subtypes.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>True if there is a signature in it: for a threshold, the subtypes name ed25519.</summary>
    internal bool HasEd25519 { get; }

    /// <summary>The condition that one key has signed.</summary>
    /// <param name="key">The key.</param>
    public static Condition OfEd25519(in OwnerKey key)
    {
        Span<byte> contents = stackalloc byte[4 + OwnerKey.Length];
        (contents[0], contents[1], contents[2], contents[3]) = (0x30, 2 + OwnerKey.Length, 0x80, OwnerKey.Length);
        key.Span.CopyTo(contents[4..]);
        var fingerprint = SHA256.HashData(contents);
        var der = new byte[41];
        (der[0], der[1], der[2], der[3]) = ((byte)ConditionType.Ed25519, 0x27, 0x80, FingerprintLength);
        fingerprint.CopyTo(der, 4);
        (der[36], der[37], der[38]) = (0x81, 3, 2);
        return new Condition(ConditionType.Ed25519, fingerprint, Ed25519Cost, true, der);
    }

    /// <summary>The condition that so many of the members are fulfilled.</summary>
    /// <param name="threshold">How many; more than there are can never be fulfilled.</param>
    /// <param name="members">In any order; equal ones count each.</param>
    public static Condition OfThreshold(int threshold, IReadOnlyCollection<Condition> members)
    {
        var contents = DerValue.Sequence(
            0x30,
            DerValue.NonNegative(0x80, threshold),
            DerValue.SetOf(0xA1, members.Select(m => m._der)));
        var cost = members.Select(m => m.Cost).OrderDescending().Take(threshold).Sum() + 1024L * members.Count;
        return MakeThreshold(SHA256.HashData(contents), cost, members.Any(m => m.HasEd25519));
    }

    /// <summary>Reads the DER of a condition of one of the two types.</summary>
    /// <param name="reader">Stands before it, and after it when this succeeds.</param>
    /// <param name="condition">The condition.</param>
    internal static bool TryRead(ref DerReader reader, out Condition? condition)
    {
        condition = null;
        var tag = reader.NextTag;
        if (tag is not ((int)ConditionType.Ed25519 or (int)ConditionType.Threshold)) return false;
        if (!reader.TryRead((byte)tag, out var content)) return false;
        var within = new DerReader(content);
        if (!within.TryRead(0x80, FingerprintLength, out var fingerprint)) return false;
        if (!within.TryReadInteger(0x81, out var cost) || cost > uint.MaxValue) return false;
        if (tag == (int)ConditionType.Ed25519)
        {
            condition = new Condition(ConditionType.Ed25519, fingerprint.ToArray(), cost, true, DerValue.Value((byte)tag, content));
            return within.IsEmpty;
        }

        if (!within.TryRead(0x82, 2, out var subtypes) || !subtypes.SequenceEqual(Ed25519Subtype) || !within.IsEmpty) return false;
        condition = MakeThreshold(fingerprint.ToArray(), cost, true);
        return true;
    }

    /// <summary>The text that stands in transactions: <c>ni:///sha-256;…?fpt=…&amp;cost=…</c>.</summary>
    public string ToUri()
    {
        Span<byte> utf8 = stackalloc byte[MaxUriLength];
        return Encoding.ASCII.GetString(utf8[..WriteUri(utf8)]);
    }

    /// <summary>True if this is the text of <see cref="ToUri"/>.</summary>
    /// <param name="utf8">The text.</param>
    public bool IsUri(ReadOnlySpan<byte> utf8)
    {
        Span<byte> own = stackalloc byte[MaxUriLength];
        return own[..WriteUri(own)].SequenceEqual(utf8);
    }

    /// <inheritdoc/>
    public bool Equals(Condition? other) => other is not null && _der.AsSpan().SequenceEqual(other._der);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Condition);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_fingerprint);

    /// <inheritdoc/>
    public override string ToString() => ToUri();

    internal const int MaxUriLength = 160;

    /// <summary>Three unused bits, and bit 4, which is ed25519's number.</summary>
    private static ReadOnlySpan<byte> Ed25519Subtype => [3, 8];

    /// <summary>Writes the text of <see cref="ToUri"/>.</summary>
    /// <param name="utf8">Takes <see cref="MaxUriLength"/> bytes.</param>
    /// <returns>How many were written.</returns>
    internal int WriteUri(Span<byte> utf8)
    {
        var length = Append(utf8, 0, "ni:///sha-256;"u8);
        length += Base64Url.Encode(_fingerprint, utf8[length..]);
        length = Append(utf8, length, Type == ConditionType.Ed25519 ? "?fpt=ed25519-sha-256&cost="u8 : "?fpt=threshold-sha-256&cost="u8);
        Cost.TryFormat(utf8[length..], out var digits);
        length += digits;
        return Type == ConditionType.Threshold && HasEd25519 ? Append(utf8, length, "&subtypes=ed25519-sha-256"u8) : length;

        static int Append(Span<byte> utf8, int length, ReadOnlySpan<byte> text)
        {
            text.CopyTo(utf8[length..]);
            return length + text.Length;
        }
    }

    private static Condition MakeThreshold(byte[] fingerprint, long cost, bool hasEd25519)
    {
        var der = DerValue.Sequence(
            (byte)ConditionType.Threshold,
            DerValue.Value(0x80, fingerprint),
            DerValue.NonNegative(0x81, cost),
            DerValue.Value(0x82, hasEd25519 ? Ed25519Subtype : [0]));
        return new Condition(ConditionType.Threshold, fingerprint, cost, hasEd25519, der);
    }
}
