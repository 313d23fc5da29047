using System.Text.Json;
using Turnpike.Kernel;
using Turnpike.Kernel.Encodings;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Wire;

/// <summary>Transactions that are committed: those of an upstream, which decided by its own rules, and those of our store.</summary>
/// <remarks>
/// planetmint.md 6. Nothing is held against them; what we cannot read of an output or an input is left out, and every operation is
/// taken, with its first asset, so that later spends find its outputs. Only an amount that is none is refused: it could not be stored.
/// </remarks>
public static class CommittedTransactionJson
{
    /// <summary>Reads the body of a committed transaction.</summary>
    /// <param name="body">The body; of two equal members the last one counts, as it does for the Python node.</param>
    /// <returns>The transaction, or an error if this is no JSON object with an id and an operation.</returns>
    public static Result<Transaction> Read(ReadOnlyMemory<byte> body)
    {
        if (!CanonicalDocument.Parse(body, lastMemberWins: true).TryGet(out var document, out var fault))
            return PlanetmintErrors.MalformedBody(fault);
        using (document)
        {
            if (!document.Root.TryGetMember("id"u8, out var node) || node.Kind != JsonValueKind.String)
                return PlanetmintErrors.NoTransactionId;
            if (!TransactionId.TryParse(node.Text, out var id)) return PlanetmintErrors.WrongId(node.GetString());
            if (!document.Root.TryGetMember("operation"u8, out node) || node.Kind != JsonValueKind.String)
                return PlanetmintErrors.Schema("'operation' is a required property");

            // Only a javascript form is recognized by its hash; an upstream's id is not questioned.
            if (document.FormsMayDiffer && !TransactionJson.FindForm(document, id)) document.Rewrite(CanonicalForm.Python);
            return ReadBody(document, id);
        }
    }

    private static Result<Transaction> ReadBody(CanonicalDocument document, in TransactionId id)
    {
        var body = new TransactionNodes(document.Root);
        var operation = body.Operation.GetString();
        var inputs = new List<TransactionInput>();
        foreach (var input in body.Inputs.Items)
        {
            TransactionNodes.TryReadFulfillment(input, out var fulfillment);
            TransactionNodes.TryReadKeys(input, "owners_before"u8, out var owners);
            inputs.Add(new TransactionInput(owners, TransactionNodes.ReadFulfills(input), fulfillment));
        }

        if (!ReadOutputs(body.Outputs).TryGet(out var outputs, out var error)) return error;
        return new Transaction
        {
            Id = id,
            Version = body.Version.IsText("3.0"u8) ? TransactionVersion.V3 : TransactionVersion.V2,
            Operation = operation switch { "CREATE" => Operation.Create, "TRANSFER" => Operation.Transfer, _ => Operation.Other },
            OperationName = operation,
            AssetId = body.AssetId ?? id,
            Inputs = inputs,
            Outputs = outputs,
            CanonicalBody = document.Utf8.ToArray(),
            Form = document.Form,
            AssetText = body.AssetData is { } data ? TransactionRules.SearchText(data) : null,
            MetadataText = TransactionRules.SearchText(body.Metadata),
        };
    }

    private static Result<List<TransactionOutput>> ReadOutputs(CanonicalNode outputs)
    {
        var read = new List<TransactionOutput>();
        foreach (var output in outputs.Items)
        {
            TransactionNodes.TryReadKeys(output, "public_keys"u8, out var keys);
            ConditionDetails? details = null;
            if (output.TryGetMember("condition"u8, out var condition)) TransactionNodes.TryReadDetails(condition, out details);
            if (!ReadAmount(output).TryGet(out var amount, out var error)) return error;
            read.Add(new TransactionOutput(amount, details, keys));
        }

        return read;
    }

    private static Result<long> ReadAmount(CanonicalNode output)
    {
        output.TryGetMember("amount"u8, out var amount);
        return amount.Text.Length is < 1 or > 20 || amount.Text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? PlanetmintErrors.Schema($"{PythonRepr.Of(amount)} is no amount")
            : TransactionRules.Amount(amount.Text);
    }
}
