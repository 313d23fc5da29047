using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>A transaction that keeps rules 1 to 9, on its way into a block.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="SignaturesValid">
/// All signatures verify, and a CREATE is signed by its <c>owners_before</c>. Found before the commit, told last, after all that
/// the committed state decides.
/// </param>
public sealed record Candidate(Transaction Transaction, bool SignaturesValid);

/// <summary>
/// The rules that need no state, each by its number in planetmint.md 4.5; whoever reads a transaction asks them in order.
/// </summary>
/// <remarks>Vectors: tests/vectors/planetmint/invalid.json.</remarks>
public static class TransactionRules
{
    private static readonly SearchValues<byte> s_forbidden = SearchValues.Create("."u8);

    private static readonly FrozenSet<string> s_languages = FrozenSet.Create(
        "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "italian", "norwegian", "portuguese",
        "romanian", "russian", "spanish", "swedish", "turkish", "none",
        "da", "nl", "en", "fi", "fr", "de", "hu", "it", "nb", "pt", "ro", "ru", "es", "sv", "tr");

    /// <summary>
    /// Rules 5 and 6: what the keys within <c>asset.data</c> and <c>metadata</c> may be called, and what <c>language</c> may
    /// hold.
    /// </summary>
    /// <param name="assetData">The value of <c>asset.data</c>, if there is one.</param>
    /// <param name="metadata">The value of <c>metadata</c>.</param>
    public static ProtocolError? CheckNames(CanonicalNode? assetData, CanonicalNode metadata) =>
        (assetData is { } data ? CheckKeys(data, "asset") : null) ?? CheckKeys(metadata, "metadata")
        ?? (assetData is { } again ? CheckLanguages(again) : null) ?? CheckLanguages(metadata);

    /// <summary>Rule 8: 1 ≤ amount ≤ 9·10¹⁸.</summary>
    /// <param name="digits">1 to 20 decimal digits.</param>
    public static Result<long> Amount(ReadOnlySpan<byte> digits)
    {
        UInt128 amount = 0;
        foreach (var digit in digits) amount = amount * 10 + (uint)(digit - '0');
        if (amount == 0) return PlanetmintErrors.AmountTooSmall;
        if (amount > (ulong)TransactionOutput.MaxAmount) return PlanetmintErrors.AmountTooLarge;
        return (long)amount;
    }

    /// <summary>Rule 9: an output agrees with itself, and somebody can spend it.</summary>
    /// <param name="index">Which output.</param>
    /// <param name="details">Its condition's details.</param>
    /// <param name="uri">Its condition's uri.</param>
    /// <param name="publicKeys">Its public keys.</param>
    public static ProtocolError? CheckOutput(
        int index, ConditionDetails details, ReadOnlySpan<byte> uri, IReadOnlyList<OwnerKey> publicKeys)
    {
        if (details is ConditionDetails.Threshold threshold)
        {
            if (!IsReachable(threshold))
                return PlanetmintErrors.InvalidOutput(index, "a threshold exceeds the number of its subconditions");
            if (details.Depth > Fulfillment.MaxDepth || details.NodeCount > Fulfillment.MaxNodes)
            {
                return PlanetmintErrors.InvalidOutput(
                    index, $"a condition has at most {Fulfillment.MaxNodes} members, nested {Fulfillment.MaxDepth} deep");
            }
        }

        if (!details.Condition.IsUri(uri)) return PlanetmintErrors.InvalidOutput(index, "condition.uri is not that of condition.details");
        return SameSet(details.Keys, publicKeys)
            ? null
            : PlanetmintErrors.InvalidOutput(index, "public_keys are not the keys in condition.details");
    }

    /// <summary>Rule 11, first half: who signed a CREATE is who it says has issued it.</summary>
    /// <param name="input">The only input of a CREATE.</param>
    public static bool IsSignedByIssuers(TransactionInput input) =>
        input.Fulfillment is { } fulfillment && SameSet(fulfillment.Keys, input.OwnersBefore);

    private static bool SameSet(IReadOnlyList<OwnerKey> keys, IReadOnlyList<OwnerKey> others) =>
        (keys, others) is ([var key], [var other]) ? key == other : new HashSet<OwnerKey>(keys).SetEquals(others);

    private static bool IsReachable(ConditionDetails details) => details is not ConditionDetails.Threshold threshold
        || (threshold.Required <= threshold.Members.Count && threshold.Members.All(IsReachable));

    private static ProtocolError? CheckKeys(CanonicalNode value, string where)
    {
        foreach (var item in value.Items)
        {
            if (CheckKeys(item, where) is { } error) return error;
        }

        foreach (var (name, member) in value.Members)
        {
            if (IsForbidden(name)) return PlanetmintErrors.InvalidKeyName(name.GetString(), where);
            if (CheckKeys(member, where) is { } error) return error;
        }

        return null;
    }

    private static bool IsForbidden(CanonicalNode name)
    {
        var text = name.Text;
        if (text.StartsWith("$"u8) || text.ContainsAny(s_forbidden)) return true;
        return text.IndexOf("\\u0000"u8) >= 0 && name.GetString().Contains('\0', StringComparison.Ordinal);
    }

    private static ProtocolError? CheckLanguages(CanonicalNode value)
    {
        foreach (var item in value.Items)
        {
            if (CheckLanguages(item) is { } error) return error;
        }

        foreach (var (name, member) in value.Members)
        {
            if (name.Text.SequenceEqual("language"u8) && !IsLanguage(member, out var language))
                return PlanetmintErrors.UnsupportedLanguage(language);
            if (CheckLanguages(member) is { } error) return error;
        }

        return null;
    }

    private static bool IsLanguage(CanonicalNode value, out string language)
    {
        language = value.Kind == JsonValueKind.String ? value.GetString() : Encoding.UTF8.GetString(value.Json);
        return value.Kind == JsonValueKind.String && s_languages.Contains(language);
    }

    /// <summary>All string values within a value, nested ones too, one a line; keys and numbers are not searched.</summary>
    /// <param name="value">As a rule <c>asset.data</c> or <c>metadata</c>.</param>
    /// <returns>Null if there are none.</returns>
    public static string? SearchText(CanonicalNode value)
    {
        if (value.Kind == JsonValueKind.String) return value.GetString();
        var text = new StringBuilder();
        CollectText(value, text);
        return text.Length == 0 ? null : text.ToString();
    }

    private static void CollectText(CanonicalNode value, StringBuilder text)
    {
        if (value.Kind == JsonValueKind.String)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append(value.GetString());
            return;
        }

        foreach (var item in value.Items) CollectText(item, text);
        foreach (var (_, member) in value.Members) CollectText(member, text);
    }
}
