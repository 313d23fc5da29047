using System.Text.Json;
using System.Text.Json.Serialization;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>A transaction was committed.</summary>
/// <param name="TransactionId">The transaction; also the cursor to resume <see cref="StreamPosition.After"/>.</param>
/// <param name="AssetId">The asset it makes or moves.</param>
/// <param name="Height">The block it is in.</param>
/// <remarks>planetmint.md 2.1.</remarks>
public sealed record TransactionEvent(TransactionId TransactionId, TransactionId AssetId, long Height)
{
    /// <summary>The whole transaction as canonical JSON in UTF-8, if the stream was asked to include it; otherwise empty.</summary>
    public ReadOnlyMemory<byte> Transaction { get; init; }
}

/// <summary>A block was committed.</summary>
/// <param name="Height">Its height; also the cursor to resume.</param>
/// <param name="Hash">The app hash, 64 hex characters; empty on the genesis block.</param>
/// <param name="TransactionIds">Its transactions in order; with a filter only those that match.</param>
/// <remarks>planetmint.md 2.2.</remarks>
public sealed record BlockEvent(long Height, string Hash, IReadOnlyList<TransactionId> TransactionIds);

/// <summary>Every member that a stream message can have; which ones are there tells the kinds apart.</summary>
internal sealed record StreamMessage
{
    public string? TransactionId { get; init; }
    public string? AssetId { get; init; }
    public IReadOnlyList<string>? AssetIds { get; init; }
    public long? Height { get; init; }
    public string? Hash { get; init; }
    public IReadOnlyList<string>? TransactionIds { get; init; }
    public bool CaughtUp { get; init; }
    public JsonElement? Transaction { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StreamMessage))]
internal sealed partial class StreamJson : JsonSerializerContext;
