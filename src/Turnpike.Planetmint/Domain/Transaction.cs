using Turnpike.Kernel.Encodings;

namespace Turnpike.Planetmint.Domain;

/// <summary>The shapes of transactions; the cryptography is the same.</summary>
public enum TransactionVersion
{
    /// <summary><c>2.0</c>: <c>asset</c>, an object; its data and the metadata are objects.</summary>
    V2,

    /// <summary><c>3.0</c>: <c>assets</c>, an array of one; its data and the metadata are strings.</summary>
    V3,
}

/// <summary>What a transaction does.</summary>
public enum Operation
{
    /// <summary>Makes an asset.</summary>
    Create,

    /// <summary>Hands outputs of one asset on.</summary>
    Transfer,

    /// <summary>What only real chains know (votes, elections, COMPOSE, …): stored from an upstream, never taken from a client.</summary>
    Other,
}

/// <summary>A transaction: its values, and the bytes that are stored, served and hashed.</summary>
/// <remarks>planetmint.md 4. Vectors: tests/vectors/planetmint/valid.json.</remarks>
public sealed record Transaction
{
    /// <summary>Its name.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>Its shape.</summary>
    public required TransactionVersion Version { get; init; }

    /// <summary>What it does.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The operation as it is written: <c>CREATE</c>, <c>TRANSFER</c>, or another of an upstream.</summary>
    public required string OperationName { get; init; }

    /// <summary>The (first) asset: of a CREATE the transaction's own id.</summary>
    public required TransactionId AssetId { get; init; }

    /// <summary>What it spends, in order; one that spends nothing for a CREATE.</summary>
    public required IReadOnlyList<TransactionInput> Inputs { get; init; }

    /// <summary>What it makes, in order.</summary>
    public required IReadOnlyList<TransactionOutput> Outputs { get; init; }

    /// <summary>The canonical text, <c>id</c> and fulfillments in place.</summary>
    public required ReadOnlyMemory<byte> CanonicalBody { get; init; }

    /// <summary>The form that id and signatures were made with, and that <see cref="CanonicalBody"/> has.</summary>
    public CanonicalForm Form { get; init; }

    /// <summary>The string values within <c>asset.data</c>, one a line; null if there are none. For the search.</summary>
    public string? AssetText { get; init; }

    /// <summary>The string values within <c>metadata</c>, one a line; null if there are none. For the search.</summary>
    public string? MetadataText { get; init; }

    /// <summary>The distinct keys in the conditions of all outputs (filter <c>public_key</c>).</summary>
    public IReadOnlyCollection<OwnerKey> OutputKeys =>
        Outputs is [var only] ? only.Keys : new HashSet<OwnerKey>(Outputs.SelectMany(o => o.Keys));

    /// <summary>The distinct keys in the <c>owners_before</c> of all inputs (filter <c>involves</c>).</summary>
    public IReadOnlyCollection<OwnerKey> OwnersBefore => new HashSet<OwnerKey>(Inputs.SelectMany(i => i.OwnersBefore));

    /// <summary>Names one of the outputs.</summary>
    /// <param name="index">From 0.</param>
    public OutputRef Output(int index) => new(Id, index);
}

/// <summary>What a transaction spends, and the proof that it may.</summary>
/// <param name="OwnersBefore">Who owned it, as the transaction says.</param>
/// <param name="Fulfills">The output; null for a CREATE.</param>
/// <param name="Fulfillment">The proof; null only in what an upstream has committed and we cannot read.</param>
public sealed record TransactionInput(IReadOnlyList<OwnerKey> OwnersBefore, OutputRef? Fulfills, Fulfillment? Fulfillment);

/// <summary>An amount of the asset, and who can spend it.</summary>
/// <param name="Amount">1 to <see cref="MaxAmount"/>.</param>
/// <param name="Details">Who can spend it; null only in what an upstream has committed and we cannot read.</param>
/// <param name="PublicKeys">Its owners as the transaction lists them; the keys in <paramref name="Details"/>, as a set.</param>
public sealed record TransactionOutput(long Amount, ConditionDetails? Details, IReadOnlyList<OwnerKey> PublicKeys)
{
    /// <summary>9·10¹⁸.</summary>
    public const long MaxAmount = 9_000_000_000_000_000_000;

    /// <summary>The distinct keys in the condition, nested ones too.</summary>
    public IReadOnlyList<OwnerKey> Keys => Details?.Keys ?? PublicKeys;

    /// <summary>What a later transaction is checked against.</summary>
    /// <param name="assetId">The asset.</param>
    public StoredOutput ToStored(TransactionId assetId) =>
        new(assetId, Amount, Details?.Condition.Der ?? ReadOnlyMemory<byte>.Empty, OwnerKey.SetBytes(PublicKeys));
}

/// <summary>What the store keeps of an output, so that no body is parsed to spend it.</summary>
/// <param name="AssetId">Its asset.</param>
/// <param name="Amount">1 to <see cref="TransactionOutput.MaxAmount"/>.</param>
/// <param name="Condition">The condition's DER; empty if it could not be read, and then nobody spends it here.</param>
/// <param name="Owners">Its <c>public_keys</c> as <see cref="OwnerKey.SetBytes"/>.</param>
/// <remarks>planetmint.md 7, <c>pm_output</c>.</remarks>
public sealed record StoredOutput(TransactionId AssetId, long Amount, ReadOnlyMemory<byte> Condition, ReadOnlyMemory<byte> Owners);
