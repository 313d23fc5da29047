using System.Globalization;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Domain;

/// <summary>Who may spend a proof, as its secret says: by keys (P2PK), or by a preimage and keys (HTLC).</summary>
/// <remarks>docs/specs/cashu.md 6 (NUT-10, 11, 14). Vectors: tests/vectors/cashu/spending_conditions.json.</remarks>
public sealed class SpendingCondition
{
    /// <summary>The most keys of one path: a key and ten more.</summary>
    public const int MaxKeys = 11;

    private static readonly string[] s_known = ["sigflag", "n_sigs", "n_sigs_refund", "pubkeys", "refund", "locktime"];

    private SpendingCondition(string kind, string data, IReadOnlyList<IReadOnlyList<string>> tags) =>
        (Kind, Data, Tags) = (kind, data, tags);

    /// <summary><c>P2PK</c> or <c>HTLC</c>.</summary>
    public string Kind { get; }

    /// <summary>P2PK: the first key. HTLC: the hash.</summary>
    public string Data { get; }

    /// <summary>The tags as they came.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Tags { get; }

    /// <summary>Whether the signatures are over the whole request (SIG_ALL) rather than each input's secret.</summary>
    public bool SignsAll { get; private set; }

    /// <summary>Keys of the main path; they differ in x.</summary>
    public IReadOnlyList<PublicKey> Keys { get; private set; } = [];

    /// <summary>How many of them must sign; 0 only for an HTLC without keys.</summary>
    public int Needed { get; private set; }

    /// <summary>HTLC: the SHA-256 that the preimage must have; null if the data is no hash, and the main path thus closed.</summary>
    public Scalar? Hash { get; private set; }

    /// <summary>After it the refund path is open too, unix seconds; null: never.</summary>
    public long? LockTime { get; private set; }

    /// <summary>Keys of the refund path; null if it names none, and anyone may spend after the lock time.</summary>
    public IReadOnlyList<PublicKey>? RefundKeys { get; private set; }

    /// <summary>How many of them must sign.</summary>
    public int RefundNeeded { get; private set; }

    /// <summary>True for the kinds that this mint knows; secrets of others are ordinary ones.</summary>
    /// <param name="kind">The kind.</param>
    public static bool IsKnown(string kind) => kind is "P2PK" or "HTLC";

    /// <summary>Makes a condition of what a secret says.</summary>
    /// <param name="kind">One that <see cref="IsKnown"/>.</param>
    /// <param name="data">The data.</param>
    /// <param name="tags">The tags.</param>
    /// <param name="condition">The condition; null after false.</param>
    /// <returns>Null, or why the secret can never be spent.</returns>
    public static string? Create(
        string kind, string data, IReadOnlyList<IReadOnlyList<string>> tags, out SpendingCondition? condition)
    {
        var made = new SpendingCondition(kind, data, tags);
        var fault = made.ReadTags();
        condition = fault is null ? made : null;
        return fault;
    }

    /// <summary>Whether another condition has the same kind, data and tags.</summary>
    /// <param name="other">The other.</param>
    public bool IsSameAs(SpendingCondition other) =>
        Kind == other.Kind && Data == other.Data && Tags.Count == other.Tags.Count
        && Tags.Zip(other.Tags).All(t => t.First.SequenceEqual(t.Second, StringComparer.Ordinal));

    private string? ReadTags()
    {
        if (Tags.Any(t => t.Count == 0 || t.Any(string.IsNullOrEmpty))) return "a tag is empty or has an empty element";
        if (s_known.FirstOrDefault(name => Tags.Count(t => t[0] == name) > 1) is { } twice) return $"tag {twice} is there twice";

        var flag = Find("sigflag");
        if (flag is not null && flag is not ([_, "SIG_INPUTS", ..] or [_, "SIG_ALL", ..]))
            return "sigflag is neither SIG_INPUTS nor SIG_ALL";
        SignsAll = flag is [_, "SIG_ALL", ..];
        LockTime = Find("locktime") is [_, var time, ..] && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? at
            : null;
        return ReadMainPath() ?? ReadRefundPath();
    }

    private string? ReadMainPath()
    {
        List<string> texts = Kind == "P2PK" ? [Data] : [];
        texts.AddRange(Find("pubkeys")?.Skip(1) ?? []);
        if (ReadKeys(texts, "main", out var keys) is { } fault) return fault;
        if (ReadCount("n_sigs", keys.Length, keys.Length == 0 ? 0 : 1, out var needed) is { } wrong) return wrong;
        (Keys, Needed) = (keys, needed);
        if (Kind != "HTLC") return null;
        Span<byte> hash = stackalloc byte[Scalar.Length];
        Hash = Hex.TryDecode(Data, hash) ? new Scalar(hash) : null;
        return null;
    }

    private string? ReadRefundPath()
    {
        var tag = Find("refund");
        if (ReadKeys([.. tag?.Skip(1) ?? []], "refund", out var keys) is { } fault) return fault;
        if (ReadCount("n_sigs_refund", keys.Length, 1, out var needed) is { } wrong) return wrong;
        (RefundKeys, RefundNeeded) = (tag is null ? null : keys, needed);
        return null;
    }

    private static string? ReadKeys(List<string> texts, string path, out PublicKey[] keys)
    {
        keys = [];
        if (texts.Count > MaxKeys) return $"the {path} path has more than {MaxKeys} keys";
        var read = new PublicKey[texts.Count];
        for (var i = 0; i < read.Length; i++)
        {
            if (texts[i].Length != PointText.Length || !PublicKey.TryParse(texts[i], out read[i]))
                return $"the {path} path has a key that is no compressed point";
            // 02 and 03 are one key: signatures know only x.
            for (var j = 0; j < i; j++)
            {
                if (read[i].X.SequenceEqual(read[j].X)) return $"the {path} path has a key twice";
            }
        }

        keys = read;
        return null;
    }

    private string? ReadCount(string name, int keys, int otherwise, out int count)
    {
        count = otherwise;
        if (Find(name) is not { } tag) return null;
        var isNumber = tag.Count > 1 && int.TryParse(tag[1], NumberStyles.None, CultureInfo.InvariantCulture, out count);
        return isNumber && count > 0 && count <= keys ? null : $"{name} is not between 1 and the number of keys";
    }

    private IReadOnlyList<string>? Find(string name) => Tags.FirstOrDefault(t => t[0] == name);
}
