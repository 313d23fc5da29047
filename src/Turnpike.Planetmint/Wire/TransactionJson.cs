using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>
/// Transactions as they are posted: reads them and checks all that needs no state. What is written is the canonical text itself.
/// </summary>
/// <remarks>planetmint.md 4. Vectors: tests/vectors/planetmint/valid.json, invalid.json.</remarks>
public static class TransactionJson
{
    /// <summary>Reads a posted body: rules 1 to 9 in order, then the signatures.</summary>
    /// <param name="body">The body as it came; it must stay unchanged during the call only.</param>
    /// <returns>What can be put to <see cref="Block.Decide"/>, or the first rule that is broken.</returns>
    public static Result<Candidate> Read(ReadOnlyMemory<byte> body)
    {
        if (!CanonicalDocument.Parse(body).TryGet(out var document, out var fault)) return PlanetmintErrors.MalformedBody(fault);
        using (document)
        {
            if (document.Root.Kind != JsonValueKind.Object) return PlanetmintErrors.NotAnObject;
            if (CheckId(document, out var id) is { } wrongId) return wrongId;
            if (TransactionSchema.Check(document.Root) is { } wrongShape) return wrongShape;
            return ReadBody(document, id);
        }
    }

    /// <summary>Finds the value of <c>metadata</c> in a canonical body.</summary>
    /// <param name="body">The body of a stored transaction.</param>
    /// <returns>JSON text within <paramref name="body"/>, <c>null</c> if there is none.</returns>
    public static ReadOnlyMemory<byte> Metadata(ReadOnlyMemory<byte> body) => Find(body, "metadata"u8) ?? "null"u8.ToArray();

    /// <summary>Finds the value of <c>asset.data</c>, or of <c>assets[0].data</c>, in a canonical body.</summary>
    /// <param name="body">The body of a stored transaction.</param>
    /// <returns>JSON text within <paramref name="body"/>, <c>null</c> if there is none.</returns>
    public static ReadOnlyMemory<byte> AssetData(ReadOnlyMemory<byte> body)
    {
        var asset = Find(body, "asset"u8) ?? Find(body, "assets"u8);
        if (asset is { Span: [(byte)'[', ..] } list) asset = FirstItem(list);
        return (asset is { } found ? Find(found, "data"u8) : null) ?? "null"u8.ToArray();
    }

    /// <summary>Finds the value of <c>id</c> in a canonical body.</summary>
    /// <param name="body">The body of a stored transaction.</param>
    /// <returns>JSON text within <paramref name="body"/>, quotes included.</returns>
    public static ReadOnlyMemory<byte> Id(ReadOnlyMemory<byte> body) => Find(body, "id"u8) ?? "null"u8.ToArray();

    /// <summary>Rule 2. Leaves the document in the form whose hash is the id.</summary>
    private static ProtocolError? CheckId(CanonicalDocument document, out TransactionId id)
    {
        id = default;
        if (!document.Root.TryGetMember("id"u8, out var node)) return PlanetmintErrors.NoTransactionId;
        if (node.Kind == JsonValueKind.String && TransactionId.TryParse(node.Text, out id) && FindForm(document, id)) return null;
        document.Root.TryGetMember("id"u8, out node);
        return PlanetmintErrors.WrongId(node.Kind == JsonValueKind.String ? node.GetString() : PythonRepr.Of(node));
    }

    /// <summary>Writes the document in the form whose hash is the id; python first, as that is what real nodes take.</summary>
    internal static bool FindForm(CanonicalDocument document, in TransactionId id)
    {
        if (Hash(document) == id) return true;
        if (!document.FormsMayDiffer) return false;
        document.Rewrite(CanonicalForm.JavaScript);
        return Hash(document) == id;
    }

    private static TransactionId Hash(CanonicalDocument document)
    {
        document.Root.TryGetMember("id"u8, out var id);
        return TransactionText.Id(document.Utf8, id.Start..id.End);
    }

    private static Result<Candidate> ReadBody(CanonicalDocument document, in TransactionId id)
    {
        var body = new TransactionNodes(document.Root);
        if (TransactionRules.CheckNames(body.AssetData, body.Metadata) is { } wrongName) return wrongName;

        var fulfillments = new List<Fulfillment>();
        foreach (var input in body.Inputs.Items)
        {
            if (!TransactionNodes.TryReadFulfillment(input, out var fulfillment)) return PlanetmintErrors.MalformedFulfillment;
            fulfillments.Add(fulfillment);
        }

        if (!ReadOutputs(body.Outputs).TryGet(out var outputs, out var error)) return error;
        if (!ReadInputs(body.Inputs, fulfillments).TryGet(out var inputs, out error)) return error;

        var isCreate = body.Operation.IsText("CREATE"u8);
        var transaction = new Transaction
        {
            Id = id,
            Version = body.Version.IsText("3.0"u8) ? TransactionVersion.V3 : TransactionVersion.V2,
            Operation = isCreate ? Operation.Create : Operation.Transfer,
            OperationName = isCreate ? "CREATE" : "TRANSFER",
            AssetId = body.AssetId ?? id,
            Inputs = inputs,
            Outputs = outputs,
            CanonicalBody = document.Utf8.ToArray(),
            Form = document.Form,
            AssetText = body.AssetData is { } data ? TransactionRules.SearchText(data) : null,
            MetadataText = TransactionRules.SearchText(body.Metadata),
        };
        return new Candidate(transaction, AreSignaturesValid(transaction, body.SigningText(document.Utf8)));
    }

    /// <summary>Rules 8 and 9; 8 of all outputs first.</summary>
    private static Result<TransactionOutput[]> ReadOutputs(CanonicalNode outputs)
    {
        var amounts = new List<long>();
        foreach (var output in outputs.Items)
        {
            output.TryGetMember("amount"u8, out var digits);
            if (!TransactionRules.Amount(digits.Text).TryGet(out var amount, out var error)) return error;
            amounts.Add(amount);
        }

        if (amounts.Count == 0) return PlanetmintErrors.NoOutputs;
        var read = new List<TransactionOutput>(amounts.Count);
        foreach (var output in outputs.Items)
        {
            output.TryGetMember("condition"u8, out var condition);
            condition.TryGetMember("uri"u8, out var uri);
            var index = read.Count;
            if (!TransactionNodes.TryReadKeys(output, "public_keys"u8, out var keys))
                return PlanetmintErrors.InvalidOutput(index, "public_keys holds what is not an ed25519 key of 32 bytes in base58");
            if (!TransactionNodes.TryReadDetails(condition, out var details))
                return PlanetmintErrors.InvalidOutput(index, "condition.details holds what is not an ed25519 key of 32 bytes in base58");
            if (TransactionRules.CheckOutput(index, details, uri.Text, keys) is { } error) return error;
            read.Add(new TransactionOutput(amounts[index], details, keys));
        }

        return read.ToArray();
    }

    private static Result<TransactionInput[]> ReadInputs(CanonicalNode inputs, List<Fulfillment> fulfillments)
    {
        var read = new List<TransactionInput>(fulfillments.Count);
        foreach (var input in inputs.Items)
        {
            if (!TransactionNodes.TryReadKeys(input, "owners_before"u8, out var owners)) return PlanetmintErrors.InvalidOwner(read.Count);
            read.Add(new TransactionInput(owners, TransactionNodes.ReadFulfills(input), fulfillments[read.Count]));
        }

        return read.ToArray();
    }

    private static bool AreSignaturesValid(Transaction transaction, ReadOnlySpan<byte> signingText)
    {
        if (transaction.Operation == Operation.Create && !TransactionRules.IsSignedByIssuers(transaction.Inputs[0])) return false;
        Span<byte> message = stackalloc byte[Sha3.Length];
        foreach (var input in transaction.Inputs)
        {
            TransactionText.Message(signingText, input.Fulfills, message);
            if (!input.Fulfillment!.Verify(message)) return false;
        }

        return true;
    }

    private static ReadOnlyMemory<byte>? FirstItem(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = CanonicalDocument.MaxDepth });
        reader.Read();
        if (!reader.TryRead(JsonTokenType.StartObject)) return null;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static ReadOnlyMemory<byte>? Find(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = CanonicalDocument.MaxDepth });
        if (!reader.TryRead(JsonTokenType.StartObject)) return null;
        while (reader.TryRead(JsonTokenType.PropertyName))
        {
            var isIt = reader.IsText(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt) return json[start..(int)reader.BytesConsumed];
        }

        return null;
    }
}
