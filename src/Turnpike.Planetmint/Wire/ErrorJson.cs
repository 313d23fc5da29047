using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Turnpike.Kernel;

namespace Turnpike.Planetmint.Wire;

/// <summary>Writes the bodies of refusals.</summary>
/// <remarks>planetmint.md 3: three shapes, by what is refused.</remarks>
public static class ErrorJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// <c>{"message":"…","status":400}</c>; for a parameter's value <c>{"message":{"name":"text"}}</c>; for a parameter that does not
    /// exist <c>{"message":"…"}</c>.
    /// </summary>
    /// <param name="output">Takes the JSON.</param>
    /// <param name="error">One of <see cref="PlanetmintErrors"/>.</param>
    public static void Write(IBufferWriter<byte> output, ProtocolError error)
    {
        using var json = new Utf8JsonWriter(output, s_options);
        json.WriteStartObject();
        if (error.Name == PlanetmintErrors.InvalidParameterName)
        {
            var colon = error.Message.IndexOf(": ", StringComparison.Ordinal);
            json.WriteStartObject("message");
            json.WriteString(error.Message.AsSpan(0, colon), error.Message.AsSpan(colon + 2));
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("message", error.Message);
            if (error.Name != PlanetmintErrors.UnknownArgumentsName) json.WriteNumber("status", error.Code);
        }

        json.WriteEndObject();
    }
}
