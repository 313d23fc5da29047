using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>An output to be made.</summary>
/// <param name="Amount">1 to <see cref="TransactionOutput.MaxAmount"/>.</param>
/// <param name="Details">Who can spend it; its keys become the output's <c>public_keys</c>.</param>
public sealed record NewOutput(long Amount, ConditionDetails Details)
{
    /// <summary>An output of one owner.</summary>
    public NewOutput(long amount, OwnerKey owner) : this(amount, ConditionDetails.Of(owner)) { }
}

/// <summary>An output to be spent.</summary>
/// <param name="Output">Its name.</param>
/// <param name="Details">Its condition's details.</param>
/// <param name="Owners">Its <c>public_keys</c>.</param>
public sealed record Spend(OutputRef Output, ConditionDetails Details, IReadOnlyList<OwnerKey> Owners)
{
    /// <summary>One of the outputs of a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="index">Which output, from 0; one whose details could be read.</param>
    public static Spend Of(Transaction transaction, int index) => new(
        transaction.Output(index),
        transaction.Outputs[index].Details
            ?? throw new ArgumentException("The output's condition is of a type that is not known.", nameof(index)),
        transaction.Outputs[index].PublicKeys);
}

/// <summary>Builds and signs transactions, in canonical text of the python form.</summary>
/// <remarks>
/// planetmint.md 4. The text is written once with the values that proofs come to left out; signing and the id need no second writing.
/// Whether the amounts add up and the outputs exist is for the node to say.
/// </remarks>
public static class TransactionBuilder
{
    /// <summary>Makes an asset.</summary>
    /// <param name="issuers">Who signs: all of them. At least one.</param>
    /// <param name="outputs">To whom; at least one.</param>
    /// <param name="assetData">JSON: an object in 2.0, a string in 3.0, or null. Empty means null.</param>
    /// <param name="metadata">JSON, likewise; an object has at least one member.</param>
    /// <param name="version">The shape.</param>
    /// <returns>The transaction, or why the data or the metadata cannot be.</returns>
    public static Result<Transaction> Create(
        IReadOnlyList<OwnerKeyPair> issuers,
        IReadOnlyList<NewOutput> outputs,
        ReadOnlyMemory<byte> assetData = default,
        ReadOnlyMemory<byte> metadata = default,
        TransactionVersion version = TransactionVersion.V2)
    {
        ArgumentOutOfRangeException.ThrowIfZero(issuers.Count);
        if (!Canonical(assetData).TryGet(out var data, out var error)) return error;
        OwnerKey[] owners = [.. issuers.Select(i => i.Owner)];
        var asset = new TransactionWriter();
        asset.Write("{\"data\":"u8).Write(data).Write("}"u8);
        return Build(new Plan(Operation.Create, version, asset,
            [new Part(null, ConditionDetails.All(owners), owners)], outputs), metadata, issuers);
    }

    /// <summary>Hands outputs of one asset on.</summary>
    /// <param name="assetId">The asset of all that is spent.</param>
    /// <param name="spends">What is spent; at least one.</param>
    /// <param name="signers">The keys at hand; of a threshold as many sign as it asks for.</param>
    /// <param name="outputs">To whom; at least one, and as much in all as is spent.</param>
    /// <param name="metadata">JSON: an object with at least one member in 2.0, a string in 3.0, or null. Empty means null.</param>
    /// <param name="version">The shape; it need not be that of what is spent.</param>
    /// <returns>The transaction, or why the metadata cannot be or the keys are not enough.</returns>
    public static Result<Transaction> Transfer(
        TransactionId assetId,
        IReadOnlyList<Spend> spends,
        IReadOnlyList<OwnerKeyPair> signers,
        IReadOnlyList<NewOutput> outputs,
        ReadOnlyMemory<byte> metadata = default,
        TransactionVersion version = TransactionVersion.V2)
    {
        ArgumentOutOfRangeException.ThrowIfZero(spends.Count);
        var asset = new TransactionWriter();
        asset.Write("{\"id\":\""u8).Write(assetId).Write("\"}"u8);
        var plan = new Plan(Operation.Transfer, version, asset, [.. spends.Select(s => new Part(s.Output, s.Details, s.Owners))], outputs)
        {
            AssetId = assetId,
        };
        return Build(plan, metadata, signers);
    }

    private static Result<Transaction> Build(Plan plan, ReadOnlyMemory<byte> metadata, IReadOnlyList<OwnerKeyPair> signers)
    {
        ArgumentOutOfRangeException.ThrowIfZero(plan.Outputs.Count);
        if (!Canonical(metadata).TryGet(out var metadataText, out var error)) return error;
        var text = new TransactionWriter();
        var (idAt, proofsAt) = WritePlan(text, plan, metadataText);

        var fulfillments = new Fulfillment[plan.Parts.Count];
        Span<byte> message = stackalloc byte[Sha3.Length];
        for (var i = 0; i < fulfillments.Length; i++)
        {
            var part = plan.Parts[i];
            TransactionText.Message(text.Utf8, part.Output, message);
            if (Fulfillment.Sign(part.Details, message, signers) is not { } signed)
                return part.Output is { } output ? PlanetmintErrors.MissingSigners(output) : PlanetmintErrors.InvalidSignature;
            fulfillments[i] = signed;
        }

        var body = Fill(text.Utf8, proofsAt, [.. fulfillments.Select(f => $"\"{f}\"")]);
        Span<byte> hash = stackalloc byte[Sha3.Length];
        Sha3.Hash256(body, hash);
        var id = new TransactionId(hash);
        return ToTransaction(plan, id, Fill(body, [idAt], [$"\"{id}\""]), fulfillments);
    }

    private static Transaction ToTransaction(Plan plan, in TransactionId id, byte[] body, Fulfillment[] fulfillments) => new()
    {
        Id = id,
        Version = plan.Version,
        Operation = plan.Operation,
        OperationName = plan.OperationName,
        AssetId = plan.AssetId ?? id,
        Inputs = [.. plan.Parts.Select((p, i) => new TransactionInput(p.Owners, p.Output, fulfillments[i]))],
        Outputs = [.. plan.Outputs.Select(o => new TransactionOutput(o.Amount, o.Details, o.Details.Keys))],
        CanonicalBody = body,
    };

    /// <summary>Writes the signing text, and tells where in it id and fulfillments belong: at a null each.</summary>
    private static (int Id, int[] Proofs) WritePlan(TransactionWriter text, Plan plan, byte[] metadata)
    {
        if (plan.Version == TransactionVersion.V3) text.Write("{\"assets\":["u8).Write(plan.Asset.Utf8).Write("]"u8);
        else text.Write("{\"asset\":"u8).Write(plan.Asset.Utf8);
        text.Write(",\"id\":"u8);
        var id = text.Utf8.Length;
        text.Write("null,\"inputs\":["u8);
        var proofs = new int[plan.Parts.Count];
        for (var i = 0; i < proofs.Length; i++)
        {
            text.Write(i == 0 ? "{\"fulfillment\":"u8 : ",{\"fulfillment\":"u8);
            proofs[i] = text.Utf8.Length;
            text.Write("null,\"fulfills\":"u8).Write(plan.Parts[i].Output)
                .Write(",\"owners_before\":"u8).Write(plan.Parts[i].Owners).Write("}"u8);
        }

        text.Write("],\"metadata\":"u8).Write(metadata).Write(",\"operation\":\""u8);
        text.Write(plan.Operation == Operation.Create ? "CREATE\",\"outputs\":["u8 : "TRANSFER\",\"outputs\":["u8);
        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            if (i > 0) text.Write(","u8);
            text.Write(plan.Outputs[i]);
        }

        text.Write(plan.Version == TransactionVersion.V3 ? "],\"version\":\"3.0\"}"u8 : "],\"version\":\"2.0\"}"u8);
        return (id, proofs);
    }

    /// <summary>Puts values where the text has nulls.</summary>
    private static byte[] Fill(ReadOnlySpan<byte> text, ReadOnlySpan<int> nulls, ReadOnlySpan<string> values)
    {
        var filled = new TransactionWriter();
        var from = 0;
        for (var i = 0; i < nulls.Length; i++)
        {
            filled.Write(text[from..nulls[i]]).Write(values[i]);
            from = nulls[i] + 4;
        }

        return filled.Write(text[from..]).Utf8.ToArray();
    }

    private static Result<byte[]> Canonical(ReadOnlyMemory<byte> json) =>
        json.IsEmpty ? "null"u8.ToArray() : CanonicalDocument.Canonicalize(json);

    private sealed record Part(OutputRef? Output, ConditionDetails Details, IReadOnlyList<OwnerKey> Owners);

    private sealed record Plan(
        Operation Operation, TransactionVersion Version, TransactionWriter Asset,
        IReadOnlyList<Part> Parts, IReadOnlyList<NewOutput> Outputs)
    {
        public TransactionId? AssetId { get; init; }

        public string OperationName => Operation == Operation.Create ? "CREATE" : "TRANSFER";
    }
}
