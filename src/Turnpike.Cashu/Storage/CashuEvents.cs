using System.Text.Json.Serialization;

namespace Turnpike.Cashu.Storage;

/// <summary>How this protocol's events are stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MintQuoteChanged))]
[JsonSerializable(typeof(MeltQuoteChanged))]
[JsonSerializable(typeof(ProofChanged))]
[JsonSerializable(typeof(KeysetsChanged))]
internal sealed partial class CashuEvents : JsonSerializerContext;
