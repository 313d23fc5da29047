using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>
/// The parts of a transaction's text, found once. A part that is not there is a null node of no document; ask the schema first.
/// </summary>
internal readonly ref struct TransactionNodes
{
    public TransactionNodes(CanonicalNode body)
    {
        foreach (var (name, value) in body.Members)
        {
            var text = name.Text;
            if (text.SequenceEqual("id"u8)) Id = value;
            else if (text.SequenceEqual("version"u8)) Version = value;
            else if (text.SequenceEqual("operation"u8)) Operation = value;
            else if (text.SequenceEqual("inputs"u8)) Inputs = value;
            else if (text.SequenceEqual("outputs"u8)) Outputs = value;
            else if (text.SequenceEqual("metadata"u8)) Metadata = value;
            else if (text.SequenceEqual("asset"u8)) Asset = value;
            else if (text.SequenceEqual("assets"u8)) Asset = FirstOf(value);
        }
    }

    public CanonicalNode Id { get; }
    public CanonicalNode Version { get; }
    public CanonicalNode Operation { get; }
    public CanonicalNode Inputs { get; }
    public CanonicalNode Outputs { get; }
    public CanonicalNode Metadata { get; }

    /// <summary>The (first) asset.</summary>
    public CanonicalNode Asset { get; }

    public CanonicalNode? AssetData => Asset.TryGetMember("data"u8, out var data) ? data : null;

    /// <summary>The asset that is named; null where one is made.</summary>
    public TransactionId? AssetId =>
        Asset.TryGetMember("id"u8, out var id) && id.Kind == JsonValueKind.String && TransactionId.TryParse(id.Text, out var read)
            ? read : null;

    /// <summary>The text that the signatures start with.</summary>
    public byte[] SigningText(ReadOnlySpan<byte> canonical)
    {
        var values = new List<Range> { Id.Start..Id.End };
        foreach (var input in Inputs.Items)
        {
            if (input.TryGetMember("fulfillment"u8, out var fulfillment)) values.Add(fulfillment.Start..fulfillment.End);
        }

        return TransactionText.SigningText(canonical, [.. values]);
    }

    public static bool TryReadFulfillment(CanonicalNode input, [NotNullWhen(true)] out Fulfillment? fulfillment)
    {
        fulfillment = null;
        // Details instead of a fulfillment, which the schema allows, are an unsigned template (10.8).
        return input.TryGetMember("fulfillment"u8, out var text) && text.Kind == JsonValueKind.String
            && Fulfillment.TryParse(text.Text, out fulfillment);
    }

    public static OutputRef? ReadFulfills(CanonicalNode input)
    {
        if (!input.TryGetMember("fulfills"u8, out var fulfills) || fulfills.Kind != JsonValueKind.Object) return null;
        if (!fulfills.TryGetMember("transaction_id"u8, out var id) || id.Kind != JsonValueKind.String) return null;
        if (!TransactionId.TryParse(id.Text, out var transaction)) return null;
        if (!fulfills.TryGetMember("output_index"u8, out var index) || !TransactionSchema.IsIndex(index)) return null;
        // No transaction has as many outputs as would not fit: such a one does not exist, whatever its number is.
        var isInt = int.TryParse(index.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        return new OutputRef(transaction, isInt ? number : int.MaxValue);
    }

    public static bool TryReadKeys(CanonicalNode parent, ReadOnlySpan<byte> name, out IReadOnlyList<OwnerKey> keys)
    {
        var read = new List<OwnerKey>(1);
        keys = read;
        if (!parent.TryGetMember(name, out var list)) return false;
        foreach (var item in list.Items)
        {
            if (item.Kind != JsonValueKind.String || !OwnerKey.TryParse(item.Text, out var key)) return false;
            read.Add(key);
        }

        return true;
    }

    /// <summary>Reads <c>details</c> of a condition; false for a key that is none, and for types that we do not know.</summary>
    public static bool TryReadDetails(CanonicalNode condition, [NotNullWhen(true)] out ConditionDetails? details)
    {
        details = null;
        return condition.TryGetMember("details"u8, out var node) && TryReadMember(node, out details);
    }

    private static bool TryReadMember(CanonicalNode node, [NotNullWhen(true)] out ConditionDetails? details)
    {
        details = null;
        if (!node.TryGetMember("type"u8, out var type)) return false;
        if (type.IsText("ed25519-sha-256"u8))
        {
            if (!node.TryGetMember("public_key"u8, out var text) || !OwnerKey.TryParse(text.Text, out var key)) return false;
            details = ConditionDetails.Of(key);
            return true;
        }

        if (!type.IsText("threshold-sha-256"u8) || !node.TryGetMember("threshold"u8, out var threshold)) return false;
        if (!int.TryParse(threshold.Text, CultureInfo.InvariantCulture, out var required) || required < 0) return false;
        if (!node.TryGetMember("subconditions"u8, out var list)) return false;
        var members = new List<ConditionDetails>();
        foreach (var item in list.Items)
        {
            if (!TryReadMember(item, out var member)) return false;
            members.Add(member);
        }

        details = new ConditionDetails.Threshold(required, members);
        return true;
    }

    private static CanonicalNode FirstOf(CanonicalNode list)
    {
        foreach (var item in list.Items) return item;
        return default;
    }
}
