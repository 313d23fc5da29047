using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Wire;

/// <summary>Writes <c>/v1/keys</c> and <c>/v1/keysets</c>.</summary>
/// <remarks>docs/specs/cashu.md 5. The bytes change with a rotation only.</remarks>
public static class KeysMessages
{
    /// <summary>Writes keysets with their keys.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="keysets">The active ones, or the one that was asked for.</param>
    public static void WriteKeys(IBufferWriter<byte> output, IEnumerable<Keyset> keysets) => Write(output, keysets, withKeys: true);

    /// <summary>Writes keysets without their keys.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="keysets">All of them.</param>
    public static void WriteKeysets(IBufferWriter<byte> output, IEnumerable<Keyset> keysets) => Write(output, keysets, withKeys: false);

    private static void Write(IBufferWriter<byte> output, IEnumerable<Keyset> keysets, bool withKeys)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteStartArray("keysets"u8);
        foreach (var keyset in keysets)
        {
            to.Json.WriteStartObject();
            to.Json.WriteHex("id"u8, keyset.Id.Span);
            to.Json.WriteString("unit"u8, keyset.Unit);
            to.Json.WriteBoolean("active"u8, keyset.IsActive);
            to.Json.WriteNumber("input_fee_ppk"u8, keyset.InputFeePpk);
            to.Json.WriteNumberOrNull("final_expiry"u8, keyset.FinalExpiry);
            if (withKeys) WriteKeys(to.Json, keyset);
            to.Json.WriteEndObject();
        }

        to.Json.WriteEndArray();
        to.Json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, Keyset keyset)
    {
        json.WriteStartObject("keys"u8);
        Span<byte> name = stackalloc byte[20];
        foreach (var (amount, key) in keyset.Keys)
        {
            amount.TryFormat(name, out var digits, provider: CultureInfo.InvariantCulture);
            json.WriteHex(name[..digits], key.Span);
        }

        json.WriteEndObject();
    }
}
