using System.Text.Json.Serialization;

namespace Turnpike.Planetmint.Storage;

/// <summary>How this protocol's events are stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChainGrew))]
internal sealed partial class PlanetmintEvents : JsonSerializerContext;
