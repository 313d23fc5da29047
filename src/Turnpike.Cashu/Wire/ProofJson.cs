using System.Text;
using System.Text.Json;
using Turnpike.Cashu.Domain;

namespace Turnpike.Cashu.Wire;

/// <summary>Proofs: <c>{"amount","id","secret","C","witness"?}</c>. <c>dleq</c> and <c>p2pk_e</c> are passed over and never kept.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class ProofJson
{
    internal static bool ReadList(ref JsonInput json, LimitOptions limits, out IReadOnlyList<Proof> proofs)
    {
        var read = new List<Proof>();
        proofs = read;
        if (!json.Array("inputs")) return false;
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            // One more than is taken is enough to answer 11014.
            if (read.Count > limits.Inputs)
            {
                if (!json.Skip()) return false;
                continue;
            }

            if (json.Type != JsonTokenType.StartObject) return json.Fail($"inputs[{read.Count}] must be an object");
            if (!ReadOne(ref json, limits, read.Count, out var proof)) return false;
            read.Add(proof!);
        }

        return json.Fault is null;
    }

    private static bool ReadOne(ref JsonInput json, LimitOptions limits, int index, out Proof? proof)
    {
        ulong? amount = null;
        KeysetId? id = null;
        ReadOnlyMemory<byte>? secret = null;
        PointText? c = null;
        string? witness = null;
        proof = null;
        while (json.NextMember())
        {
            if (json.Named("amount"u8))
            {
                if (!json.Amount($"inputs[{index}].amount", out var read)) return false;
                amount = read;
            }
            else if (json.Named("id"u8))
            {
                if (!json.Keyset($"inputs[{index}].id", out var read)) return false;
                id = read;
            }
            else if (json.Named("secret"u8))
            {
                if (!json.Utf8Text($"inputs[{index}].secret", limits.SecretBytes, out var read)) return false;
                secret = read;
            }
            else if (json.Named("C"u8))
            {
                if (!json.Point($"inputs[{index}].C", out var read)) return false;
                c = read;
            }
            else if (json.Named("witness"u8))
            {
                if (!json.TextOrObject($"inputs[{index}].witness", out witness)) return false;
            }
            else if (!json.Skip())
            {
                return false;
            }
        }

        if (json.Fault is not null) return false;
        if (amount is null || id is null || secret is null || c is null)
            return json.Fail($"inputs[{index}] needs amount, id, secret and C");
        if (witness is not null && Encoding.UTF8.GetByteCount(witness) > limits.WitnessBytes)
            return json.Fail($"inputs[{index}].witness has more than {limits.WitnessBytes} bytes");
        var shown = witness is null ? null : WitnessJson.Parse(witness);
        proof = new Proof(amount.Value, id.Value, SecretJson.Parse(secret.Value), c.Value, shown);
        return true;
    }

    internal static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<Proof> proofs)
    {
        json.WriteStartArray(name);
        foreach (var proof in proofs)
        {
            json.WriteStartObject();
            json.WriteNumber("amount"u8, proof.Amount);
            json.WriteHex("id"u8, proof.Id.Span);
            json.WriteString("secret"u8, proof.Secret.Utf8.Span);
            json.WriteString("C"u8, proof.C.Utf8);
            if (proof.Witness is { } witness) json.WriteString("witness"u8, witness.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
