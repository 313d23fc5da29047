using System.Buffers;
using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>Rules 3 and 4: the shape of each version, then of each operation. Texts are those of Python's jsonschema.</summary>
/// <remarks>planetmint.md 4.1. Patterns are anchored, unlike the originals (10.9).</remarks>
internal static class TransactionSchema
{
    private const string Base58Pattern = "^[1-9A-HJ-NP-Za-km-z]{43,44}$";
    private const string HashPattern = "^[0-9a-f]{64}$";
    private const string AmountPattern = "^[0-9]{1,20}$";
    private const string UriPattern = @"^ni:///sha-256;([a-zA-Z0-9_-]{0,86})[?](fpt=(ed25519|threshold)-sha-256(&)?|cost=[0-9]+(&)?|" +
        "subtypes=ed25519-sha-256(&)?){2,3}$";

    private static readonly Shape s_version2 = new(["id", "inputs", "outputs", "operation", "metadata", "asset", "version"]);
    private static readonly Shape s_version3 = new(["id", "inputs", "outputs", "operation", "metadata", "assets", "version"]);
    private static readonly Shape s_newAsset = new(["data"]);
    private static readonly Shape s_knownAsset = new(["id"]);
    private static readonly Shape s_input = new(["owners_before", "fulfillment", "fulfills"]);
    private static readonly Shape s_fulfills = new(["output_index", "transaction_id"]);
    private static readonly Shape s_output = new(["amount", "condition", "public_keys"]);
    private static readonly Shape s_condition = new(["details", "uri"]);
    private static readonly Shape s_ed25519 = new(["type", "public_key"]);
    private static readonly Shape s_threshold = new(["type", "threshold", "subconditions"]);

    private static readonly SearchValues<byte> s_base58 =
        SearchValues.Create("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> s_base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);
    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789"u8);
    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Checks all of a body but that its id is the hash.</summary>
    public static ProtocolError? Check(CanonicalNode body)
    {
        if (!body.TryGetMember("version"u8, out var version)) return PlanetmintErrors.Schema("'version' is a required property");
        if (version.Kind != JsonValueKind.String) return Shape.NotOfType(version, "string");
        var isVersion3 = version.IsText("3.0"u8);
        if (!isVersion3 && !version.IsText("2.0"u8)) return Shape.NoMatch(version, @"^(2|3)\.0$");

        if ((isVersion3 ? s_version3 : s_version2).Check(body) is { } error) return error;
        body.TryGetMember("operation"u8, out var operation);
        body.TryGetMember("inputs"u8, out var inputs);
        body.TryGetMember("outputs"u8, out var outputs);
        body.TryGetMember("metadata"u8, out var metadata);
        body.TryGetMember(isVersion3 ? "assets"u8 : "asset"u8, out var asset);
        var isCreate = operation.IsText("CREATE"u8);
        return CheckOperation(operation)
            ?? CheckAsset(asset, isVersion3, isCreate)
            ?? CheckInputs(inputs, isCreate)
            ?? CheckOutputs(outputs)
            ?? CheckMetadata(metadata, isVersion3);
    }

    /// <summary>True if this is an integer token, not negative; <c>1.0</c> is none.</summary>
    public static bool IsIndex(CanonicalNode node) =>
        node.Kind == JsonValueKind.Number && (!node.Text.ContainsAnyExcept(s_digits) || node.Text.SequenceEqual("-0"u8));

    private static ProtocolError? CheckOperation(CanonicalNode operation)
    {
        if (operation.Kind != JsonValueKind.String) return Shape.NotOfType(operation, "string");
        return operation.GetString() switch
        {
            "CREATE" or "TRANSFER" => null,
            "VOTE" or "VALIDATOR_ELECTION" or "CHAIN_MIGRATION_ELECTION" or "COMPOSE" or "DECOMPOSE" =>
                PlanetmintErrors.OperationNotTaken(operation.GetString()),
            _ => PlanetmintErrors.Schema($"{PythonRepr.Of(operation)} is not one of ['CREATE', 'TRANSFER']"),
        };
    }

    private static ProtocolError? CheckAsset(CanonicalNode asset, bool isVersion3, bool isCreate)
    {
        if (isVersion3)
        {
            if (Shape.CheckCount(asset, most: 1) is { } wrongCount) return wrongCount;
            foreach (var item in asset.Items) asset = item;
        }

        if ((isCreate ? s_newAsset : s_knownAsset).Check(asset) is { } error) return error;
        if (isCreate)
        {
            asset.TryGetMember("data"u8, out var data);
            return data.Kind == JsonValueKind.Null || data.Kind == DataKind(isVersion3) ? null : Shape.NotAnyOf(data);
        }

        asset.TryGetMember("id"u8, out var id);
        return CheckHash(id);
    }

    private static ProtocolError? CheckMetadata(CanonicalNode metadata, bool isVersion3)
    {
        if (metadata.Kind == JsonValueKind.Null) return null;
        if (metadata.Kind != DataKind(isVersion3)) return Shape.NotAnyOf(metadata);
        return !isVersion3 && metadata.Count == 0 ? PlanetmintErrors.Schema("{} does not have enough properties") : null;
    }

    private static JsonValueKind DataKind(bool isVersion3) => isVersion3 ? JsonValueKind.String : JsonValueKind.Object;

    private static ProtocolError? CheckInputs(CanonicalNode inputs, bool isCreate)
    {
        if (Shape.CheckCount(inputs, most: isCreate ? 1 : int.MaxValue) is { } wrongCount) return wrongCount;
        foreach (var input in inputs.Items)
        {
            if (s_input.Check(input) is { } error) return error;
            input.TryGetMember("owners_before"u8, out var owners);
            input.TryGetMember("fulfillment"u8, out var fulfillment);
            input.TryGetMember("fulfills"u8, out var fulfills);
            error = CheckKeys(owners) ?? CheckFulfillment(fulfillment) ?? (isCreate ? CheckNull(fulfills) : CheckFulfills(fulfills));
            if (error is not null) return error;
        }

        return null;
    }

    private static ProtocolError? CheckNull(CanonicalNode node) => node.Kind == JsonValueKind.Null ? null : Shape.NotOfType(node, "null");

    private static ProtocolError? CheckFulfills(CanonicalNode fulfills)
    {
        if (s_fulfills.Check(fulfills) is { } error) return error;
        fulfills.TryGetMember("output_index"u8, out var index);
        fulfills.TryGetMember("transaction_id"u8, out var id);
        if (IsIndex(index)) return CheckHash(id);
        return index.Kind == JsonValueKind.Number && !index.Text.ContainsAny(".eE"u8)
            ? PlanetmintErrors.Schema($"{PythonRepr.Of(index)} is less than the minimum of 0")
            : Shape.NotOfType(index, "integer");
    }

    private static ProtocolError? CheckFulfillment(CanonicalNode fulfillment)
    {
        if (fulfillment.Kind == JsonValueKind.Object) return CheckDetails(fulfillment);
        if (fulfillment.Kind != JsonValueKind.String) return Shape.NotAnyOf(fulfillment);
        return fulfillment.Text.ContainsAnyExcept(s_base64Url) ? Shape.NoMatch(fulfillment, "^[a-zA-Z0-9_-]*$") : null;
    }

    private static ProtocolError? CheckOutputs(CanonicalNode outputs)
    {
        if (outputs.Kind != JsonValueKind.Array) return Shape.NotOfType(outputs, "array");
        foreach (var output in outputs.Items)
        {
            if (s_output.Check(output) is { } error) return error;
            output.TryGetMember("amount"u8, out var amount);
            output.TryGetMember("condition"u8, out var condition);
            output.TryGetMember("public_keys"u8, out var keys);
            if ((CheckAmount(amount) ?? s_condition.Check(condition)) is { } wrong) return wrong;
            condition.TryGetMember("details"u8, out var details);
            condition.TryGetMember("uri"u8, out var uri);
            if ((CheckDetails(details) ?? CheckUri(uri) ?? CheckKeys(keys)) is { } wrongCondition) return wrongCondition;
        }

        return null;
    }

    private static ProtocolError? CheckAmount(CanonicalNode amount)
    {
        if (amount.Kind != JsonValueKind.String) return Shape.NotOfType(amount, "string");
        return amount.Text.Length is < 1 or > 20 || amount.Text.ContainsAnyExcept(s_digits) ? Shape.NoMatch(amount, AmountPattern) : null;
    }

    private static ProtocolError? CheckDetails(CanonicalNode details)
    {
        if (details.Kind != JsonValueKind.Object) return Shape.NotAnyOf(details);
        if (!details.TryGetMember("type"u8, out var type)) return PlanetmintErrors.Schema("'type' is a required property");
        if (type.IsText("ed25519-sha-256"u8))
        {
            if (s_ed25519.Check(details) is { } error) return error;
            details.TryGetMember("public_key"u8, out var key);
            return CheckKey(key);
        }

        return type.IsText("threshold-sha-256"u8) ? CheckThreshold(details) : Shape.NotAnyOf(details);
    }

    private static ProtocolError? CheckThreshold(CanonicalNode details)
    {
        if (s_threshold.Check(details) is { } error) return error;
        details.TryGetMember("threshold"u8, out var threshold);
        details.TryGetMember("subconditions"u8, out var members);
        if (threshold.Kind != JsonValueKind.Number || threshold.Text.ContainsAny(".eE"u8)) return Shape.NotOfType(threshold, "integer");
        if (!IsIndex(threshold) || threshold.Text is [(byte)'0'] or [(byte)'-', ..])
            return PlanetmintErrors.Schema($"{PythonRepr.Of(threshold)} is less than the minimum of 1");
        if (threshold.Text.Length > 3 || int.Parse(threshold.Text, provider: null) > ConditionDetails.MaxThreshold)
            return PlanetmintErrors.Schema($"{PythonRepr.Of(threshold)} is greater than the maximum of {ConditionDetails.MaxThreshold}");
        if (members.Kind != JsonValueKind.Array) return Shape.NotOfType(members, "array");
        foreach (var member in members.Items)
        {
            if (CheckDetails(member) is { } wrong) return wrong;
        }

        return null;
    }

    private static ProtocolError? CheckKeys(CanonicalNode keys)
    {
        if (keys.Kind != JsonValueKind.Array) return Shape.NotAnyOf(keys);
        foreach (var key in keys.Items)
        {
            if (CheckKey(key) is { } error) return error;
        }

        return null;
    }

    private static ProtocolError? CheckKey(CanonicalNode key)
    {
        if (key.Kind != JsonValueKind.String) return Shape.NotOfType(key, "string");
        return key.Text.Length is not (43 or 44) || key.Text.ContainsAnyExcept(s_base58) ? Shape.NoMatch(key, Base58Pattern) : null;
    }

    private static ProtocolError? CheckHash(CanonicalNode hash)
    {
        if (hash.Kind != JsonValueKind.String) return Shape.NotOfType(hash, "string");
        return hash.Text.Length != TransactionId.HexLength || hash.Text.ContainsAnyExcept(s_hex) ? Shape.NoMatch(hash, HashPattern) : null;
    }

    private static ProtocolError? CheckUri(CanonicalNode uri)
    {
        if (uri.Kind != JsonValueKind.String) return Shape.NotOfType(uri, "string");
        return IsUri(uri.Text) ? null : Shape.NoMatch(uri, UriPattern);
    }

    private static bool IsUri(ReadOnlySpan<byte> uri)
    {
        var question = uri.IndexOf((byte)'?');
        if (question < 0 || !uri.StartsWith("ni:///sha-256;"u8)) return false;
        var hash = uri["ni:///sha-256;".Length..question];
        if (hash.Length > 86 || hash.ContainsAnyExcept(s_base64Url)) return false;
        var parameters = 0;
        for (var rest = uri[(question + 1)..]; !rest.IsEmpty; parameters++)
        {
            if (!TakeParameter(ref rest)) return false;
            if (rest is [(byte)'&', ..]) rest = rest[1..];
        }

        return parameters is 2 or 3;
    }

    private static bool TakeParameter(ref ReadOnlySpan<byte> rest)
    {
        var length =
            rest.StartsWith("fpt=ed25519-sha-256"u8) ? "fpt=ed25519-sha-256".Length
            : rest.StartsWith("fpt=threshold-sha-256"u8) ? "fpt=threshold-sha-256".Length
            : rest.StartsWith("subtypes=ed25519-sha-256"u8) ? "subtypes=ed25519-sha-256".Length
            : 0;
        if (length == 0 && rest.StartsWith("cost="u8))
        {
            var digits = rest[5..].IndexOfAnyExcept(s_digits);
            length = digits < 0 ? rest.Length : 5 + digits;
            if (length == 5) return false;
        }

        rest = rest[length..];
        return length > 0;
    }
}
