using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel.Encodings;

namespace Turnpike.Cashu.Wire;

/// <summary>Reads and writes witnesses: <c>{"signatures":[hex…]}</c>, with a <c>"preimage"</c> for an HTLC.</summary>
/// <remarks>docs/specs/cashu.md 6.</remarks>
public static class WitnessJson
{
    /// <summary>Reads a witness. What is not understood is empty, and stays as it is.</summary>
    /// <param name="text">As it came, or the compact JSON of an object.</param>
    public static Witness Parse(string text)
    {
        var signatures = new List<string>();
        string? preimage = null;
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            if (!json.TryRead(JsonTokenType.StartObject)) return new Witness(text, [], null);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.IsText("signatures"u8))
                {
                    if (!TryReadSignatures(ref json, signatures)) return new Witness(text, [], null);
                }
                else if (json.IsText("preimage"u8))
                {
                    if (!json.Read() || (!json.TryGetText(out preimage) && json.TokenType != JsonTokenType.Null))
                        return new Witness(text, [], null);
                }
                else
                {
                    json.Skip();
                }
            }

            return json.Read() ? new Witness(text, [], null) : new Witness(text, signatures, preimage);
        }
        catch (JsonException)
        {
            return new Witness(text, [], null);
        }
    }

    /// <summary>Makes a witness, as a wallet does.</summary>
    /// <param name="signatures">Schnorr signatures in hex.</param>
    /// <param name="preimage">The preimage of an HTLC in hex, or null.</param>
    public static Witness Make(IReadOnlyList<string> signatures, string? preimage = null)
    {
        using var text = new JsonOutput();
        text.Json.WriteStartObject();
        if (preimage is not null) text.Json.WriteString("preimage"u8, preimage);
        text.Json.WriteStartArray("signatures"u8);
        foreach (var signature in signatures) text.Json.WriteStringValue(signature);
        text.Json.WriteEndArray();
        text.Json.WriteEndObject();
        return new Witness(Encoding.UTF8.GetString(text.Written), signatures, preimage);
    }

    private static bool TryReadSignatures(ref Utf8JsonReader json, List<string> signatures)
    {
        signatures.Clear();
        if (!json.Read()) return false;
        if (json.TokenType == JsonTokenType.Null) return true;
        if (json.TokenType != JsonTokenType.StartArray) return false;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (!json.TryGetText(out var signature)) return false;
            signatures.Add(signature);
        }

        return true;
    }
}
