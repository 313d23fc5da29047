namespace Turnpike.Planetmint.Domain;

/// <summary>Who can spend an output: one key, or so many of several, nested.</summary>
/// <remarks>planetmint.md 4.1, <c>condition.details</c>.</remarks>
public abstract class ConditionDetails
{
    /// <summary>Thresholds are at most this.</summary>
    public const int MaxThreshold = 100;

    private ConditionDetails(Condition condition) => Condition = condition;

    /// <summary>The condition that these are the details of.</summary>
    public Condition Condition { get; }

    /// <summary>Every distinct key, in the order in which they first occur.</summary>
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

    /// <summary>How deep members are nested; 1 for a key.</summary>
    public int Depth => this is Threshold { Members.Count: > 0 } t ? 1 + t.Members.Max(m => m.Depth) : 1;

    /// <summary>How many members there are in all, this one included.</summary>
    public int NodeCount => this is Threshold t ? 1 + t.Members.Sum(m => m.NodeCount) : 1;

    /// <summary>What a single key can spend.</summary>
    /// <param name="key">The key.</param>
    public static ConditionDetails Of(OwnerKey key) => new Ed25519(key);

    /// <summary>What so many of several keys can spend together.</summary>
    /// <param name="threshold">How many, 1 to the number of keys.</param>
    /// <param name="keys">Which; a key that is listed twice counts twice.</param>
    public static ConditionDetails Of(int threshold, params IEnumerable<OwnerKey> keys) => new Threshold(threshold, [.. keys.Select(Of)]);

    /// <summary>What all of these keys can spend together: of one key that key alone.</summary>
    /// <param name="keys">At least one.</param>
    public static ConditionDetails All(IReadOnlyList<OwnerKey> keys) => keys.Count == 1 ? Of(keys[0]) : Of(keys.Count, keys);

    private void Collect(List<OwnerKey> keys, HashSet<OwnerKey> seen)
    {
        switch (this)
        {
            case Ed25519 single:
                if (seen.Add(single.Key)) keys.Add(single.Key);
                break;
            case Threshold threshold:
                foreach (var member in threshold.Members) member.Collect(keys, seen);
                break;
        }
    }

    /// <summary>One signature.</summary>
    /// <param name="key">By this key.</param>
    public sealed class Ed25519(OwnerKey key) : ConditionDetails(Condition.OfEd25519(key))
    {
        /// <summary>The key that signs.</summary>
        public OwnerKey Key => key;
    }

    /// <summary>So many of the members.</summary>
    /// <param name="required">How many.</param>
    /// <param name="members">Of these.</param>
    public sealed class Threshold(int required, IReadOnlyList<ConditionDetails> members)
        : ConditionDetails(Condition.OfThreshold(required, [.. members.Select(m => m.Condition)]))
    {
        /// <summary>How many of the members must be fulfilled.</summary>
        public int Required => required;

        /// <summary>The members; equal ones count each.</summary>
        public IReadOnlyList<ConditionDetails> Members => members;
    }
}
