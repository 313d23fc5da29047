using System.Text.Json.Serialization;

namespace Turnpike.Bench.Harness;

/// <summary>One figure of the bench.</summary>
/// <param name="Name">Bench and configuration, e.g. <c>fanout.10000x50</c>.</param>
/// <param name="Value">Turnpike's figure.</param>
/// <param name="Unit">Of both values.</param>
/// <param name="Peer">What it is compared with; null where a figure stands alone.</param>
/// <param name="PeerValue">The peer's figure, by the same client in turns with ours.</param>
/// <param name="Ratio">Value / peer value.</param>
/// <param name="Target">What the ratio (or, without a peer or with a unit, the value) shall be; null where none is set.</param>
internal sealed record Row(string Name, double Value, string Unit, string? Peer, double? PeerValue, double? Ratio, string? Target)
{
    public static Row Alone(string name, double value, string unit, string? target = null) =>
        new(name, value, unit, null, null, null, target);

    public static Row Against(string name, double value, string unit, string peer, double peerValue, string? target) =>
        new(name, value, unit, peer, peerValue, value / peerValue, target);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Row))]
internal sealed partial class RowJson : JsonSerializerContext;
