using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Turnpike.Cashu.Backends;

/// <summary>Reads what a node says: what cannot be read is a <see cref="LightningException"/>, as is a broken connection.</summary>
internal static class NodeJson
{
    public static T Read<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) ?? throw new LightningException("The Lightning node answered null.");
        }
        catch (JsonException e)
        {
            throw new LightningException($"The Lightning node's answer cannot be read: {e.Message}", e);
        }
    }

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
