using System.Text.Json;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Wire;

/// <summary>Outputs <c>{"amount","id","B_"}</c> and their signatures <c>{"amount","id","C_","dleq":{"e","s"}}</c>.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class OutputJson
{
    /// <summary>Reads outputs.</summary>
    /// <param name="json">At the name just read.</param>
    /// <param name="limits">What a request may take.</param>
    /// <param name="blank">Whether amounts mean nothing and may be missing.</param>
    /// <param name="outputs">The outputs; one more than the limit at most.</param>
    internal static bool ReadList(ref JsonInput json, LimitOptions limits, bool blank, out IReadOnlyList<BlindedMessage> outputs)
    {
        var read = new List<BlindedMessage>();
        outputs = read;
        if (!json.Read()) return false;
        if (blank && json.Type == JsonTokenType.Null) return true;
        if (json.Type != JsonTokenType.StartArray) return json.Fail("outputs must be an array");
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            // One more than is taken is enough to answer 11015.
            if (read.Count > limits.Outputs)
            {
                if (!json.Skip()) return false;
                continue;
            }

            if (json.Type != JsonTokenType.StartObject) return json.Fail($"outputs[{read.Count}] must be an object");
            if (!ReadOne(ref json, blank, read.Count, out var output)) return false;
            read.Add(output!);
        }

        return json.Fault is null;
    }

    private static bool ReadOne(ref JsonInput json, bool blank, int index, out BlindedMessage? output)
    {
        ulong? amount = blank ? 0 : null;
        KeysetId? id = null;
        PointText? point = null;
        output = null;
        while (json.NextMember())
        {
            if (json.Named("amount"u8))
            {
                if (!json.Amount($"outputs[{index}].amount", out var read)) return false;
                amount = read;
            }
            else if (json.Named("id"u8))
            {
                if (!json.Keyset($"outputs[{index}].id", out var read)) return false;
                id = read;
            }
            else if (json.Named("B_"u8))
            {
                if (!json.Point($"outputs[{index}].B_", out var read)) return false;
                point = read;
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        if (json.Fault is not null) return false;
        if (amount is null || id is null || point is null) return json.Fail($"outputs[{index}] needs amount, id and B_");
        output = new BlindedMessage(amount.Value, id.Value, point.Value);
        return true;
    }

    internal static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<BlindedMessage> outputs)
    {
        json.WriteStartArray(name);
        foreach (var output in outputs)
        {
            json.WriteStartObject();
            json.WriteNumber("amount"u8, output.Amount);
            json.WriteHex("id"u8, output.Id.Span);
            json.WriteString("B_"u8, output.Blinded.Utf8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void WriteSignatures(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<BlindSignature> signatures)
    {
        json.WriteStartArray(name);
        foreach (var signature in signatures)
        {
            json.WriteStartObject();
            json.WriteNumber("amount"u8, signature.Amount);
            json.WriteHex("id"u8, signature.Id.Span);
            json.WriteHex("C_"u8, signature.Signature.Span);
            json.WriteStartObject("dleq"u8);
            json.WriteHex("e"u8, signature.Dleq.E.Span);
            json.WriteHex("s"u8, signature.Dleq.S.Span);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
