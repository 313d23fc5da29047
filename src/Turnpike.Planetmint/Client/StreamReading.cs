using System.Text;
using System.Text.Json;
using Turnpike.Planetmint.Domain;

namespace Turnpike.Planetmint.Client;

/// <summary>Reads what a node writes into its streams.</summary>
internal static class StreamReading
{
    public static StreamMessage Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, StreamJson.Default.StreamMessage) ?? throw NoEvent(utf8);
        }
        catch (JsonException error)
        {
            throw NoEvent(utf8, error);
        }
    }

    public static TransactionId? Id(string? hex) => hex is not null && TransactionId.TryParse(hex, out var id) ? id : null;

    public static ReadOnlyMemory<byte> Raw(JsonElement? element) =>
        element is { } json ? Encoding.UTF8.GetBytes(json.GetRawText()) : ReadOnlyMemory<byte>.Empty;

    public static PlanetmintClientException NoEvent(ReadOnlySpan<byte> utf8, Exception? inner = null) =>
        new($"The node sent what is no event: {Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 200)])}", inner: inner);
}
