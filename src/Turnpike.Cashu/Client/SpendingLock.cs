using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Turnpike.Cashu.Domain;
using Turnpike.Cashu.Wire;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Client;

/// <summary>Who alone may spend what is sent: holders of keys (P2PK), or of a preimage and keys (HTLC).</summary>
/// <remarks>docs/specs/cashu.md 6 (NUT-10, 11, 14), and NUT-28 for blinded keys.</remarks>
public sealed record SpendingLock
{
    private SpendingLock(IReadOnlyList<PublicKey> keys, Scalar? hash) => (Keys, Hash) = (keys, hash);

    /// <summary>The keys of the main path.</summary>
    public IReadOnlyList<PublicKey> Keys { get; }

    /// <summary>The SHA-256 of the preimage; null for a lock by keys alone.</summary>
    public Scalar? Hash { get; }

    /// <summary>How many of the keys must sign. Default 1.</summary>
    public int Needed { get; init; } = 1;

    /// <summary>After it the refund keys may spend too, or anyone where there are none; null: never.</summary>
    public DateTimeOffset? LockTime { get; init; }

    /// <summary>Who may spend after <see cref="LockTime"/>; one signature is enough.</summary>
    public IReadOnlyList<PublicKey> RefundKeys { get; init; } = [];

    /// <summary>Whether signatures are over the whole request (SIG_ALL), so that nobody on the way can change the outputs.</summary>
    public bool SignsAll { get; init; }

    /// <summary>Whether the keys are written blinded, so that the mint cannot tell whose they are.</summary>
    public bool IsBlinded { get; init; }

    /// <summary>Locks to keys.</summary>
    /// <param name="keys">1 to 11, each once.</param>
    /// <exception cref="ArgumentException">None, or too many.</exception>
    public static SpendingLock ToKeys(params IReadOnlyList<PublicKey> keys) => keys.Count is >= 1 and <= SpendingCondition.MaxKeys
        ? new SpendingLock(keys, null)
        : throw new ArgumentException($"A lock has 1 to {SpendingCondition.MaxKeys} keys.", nameof(keys));

    /// <summary>Locks to a preimage, and to keys if there are any.</summary>
    /// <param name="hash">SHA-256 of the preimage's 32 bytes.</param>
    /// <param name="keys">Up to 11, each once.</param>
    /// <exception cref="ArgumentException">Too many keys.</exception>
    public static SpendingLock ToHash(Scalar hash, params IReadOnlyList<PublicKey> keys) => keys.Count <= SpendingCondition.MaxKeys
        ? new SpendingLock(keys, hash)
        : throw new ArgumentException($"A lock has at most {SpendingCondition.MaxKeys} keys.", nameof(keys));

    /// <summary>A new secret with this lock, and the key that came into it.</summary>
    internal (string Secret, PublicKey? EphemeralKey) Make()
    {
        Span<byte> ephemeral = stackalloc byte[Secp256k1.SecretKeyLength];
        PublicKey shown = default;
        if (IsBlinded)
        {
            do RandomNumberGenerator.Fill(ephemeral); while (!Secp256k1.TryPublicKey(ephemeral, out shown));
        }

        // Slot 0 is the data's, even where that is no key.
        var first = Hash is null ? 0 : 1;
        var keys = Blind(Keys, first, ephemeral);
        var refunds = Blind(RefundKeys, first + Keys.Count, ephemeral);
        return (Write(keys, refunds), IsBlinded ? shown : null);
    }

    private List<PublicKey> Blind(IReadOnlyList<PublicKey> keys, int slot, ReadOnlySpan<byte> ephemeral)
    {
        var blinded = new List<PublicKey>();
        foreach (var key in keys)
        {
            if (!IsBlinded) blinded.Add(key);
            else if (BlindedKeys.TryBlind(ephemeral, key, slot++, out var other)) blinded.Add(other);
            else throw new CryptographicException("This key cannot be blinded; try again.");
        }

        return blinded;
    }

    private string Write(List<PublicKey> keys, List<PublicKey> refunds)
    {
        using var to = new JsonOutput();
        var json = to.Json;
        json.WriteStartArray();
        json.WriteStringValue(Hash is null ? "P2PK"u8 : "HTLC"u8);
        json.WriteStartObject();
        json.WriteHex("nonce"u8, RandomNumberGenerator.GetBytes(32));
        json.WriteString("data"u8, Hash is { } hash ? hash.ToString() : keys[0].ToString());
        json.WriteStartArray("tags"u8);
        var others = Hash is null ? keys.Skip(1) : keys;
        if (others.Any()) WriteTag("pubkeys", [.. others.Select(k => k.ToString())]);
        if (Needed > 1) WriteTag("n_sigs", Needed.ToString(CultureInfo.InvariantCulture));
        if (LockTime is { } time) WriteTag("locktime", time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (refunds.Count > 0) WriteTag("refund", [.. refunds.Select(k => k.ToString())]);
        if (SignsAll) WriteTag("sigflag", "SIG_ALL");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        return Encoding.UTF8.GetString(to.Written);

        void WriteTag(string name, params ReadOnlySpan<string> values)
        {
            json.WriteStartArray();
            json.WriteStringValue(name);
            foreach (var value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }
}
