using System.Buffers;
using System.Text.Json;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;
using Turnpike.Kernel.Crypto;

namespace Turnpike.Cashu.Wire;

/// <summary>What is known of a proof.</summary>
/// <param name="Y">The proof's point.</param>
/// <param name="State">Whether it can be spent.</param>
/// <param name="Witness">The text that was given when it was spent; null before, and for ordinary secrets.</param>
public sealed record ProofStatus(PublicKey Y, ProofState State, string? Witness);

/// <summary><c>POST /v1/checkstate</c>, and the state of a proof in subscriptions.</summary>
/// <remarks>docs/specs/cashu.md 3.2 and 5.</remarks>
public static class StateMessages
{
    /// <summary>Reads <c>{"Ys":[…]}</c>: each a point of the curve.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take.</param>
    public static Result<IReadOnlyList<PublicKey>> Read(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        List<PublicKey>? ys = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            if (!(json.Named("Ys"u8) ? ReadPoints(ref json, limits.Inputs, out ys) : json.Skip())) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (ys is null) return CashuErrors.Malformed("Ys are needed");
        return ys.Count > limits.Inputs ? CashuErrors.TooManyInputs("Ys", limits.Inputs) : Result.Ok<IReadOnlyList<PublicKey>>(ys);
    }

    /// <summary>Writes <c>{"states":[…]}</c>.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="states">In request order.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<ProofStatus> states)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        to.Json.WriteStartArray("states"u8);
        foreach (var state in states) Write(to.Json, state);
        to.Json.WriteEndArray();
        to.Json.WriteEndObject();
    }

    /// <summary>Writes one state: the payload of both socket dialects.</summary>
    /// <param name="output">Takes <c>{"Y","state","witness"}</c>.</param>
    /// <param name="state">The state.</param>
    public static void WriteOne(IBufferWriter<byte> output, ProofStatus state)
    {
        using var to = new JsonOutput(output);
        Write(to.Json, state);
    }

    /// <summary>A proof's state as wallets know it.</summary>
    /// <param name="state">The state.</param>
    public static string Text(ProofState state) => state switch
    {
        ProofState.Unspent => "UNSPENT",
        ProofState.Pending => "PENDING",
        _ => "SPENT",
    };

    private static void Write(Utf8JsonWriter json, ProofStatus status)
    {
        json.WriteStartObject();
        json.WriteHex("Y"u8, status.Y.Span);
        json.WriteString("state"u8, Text(status.State));
        if (status.Witness is { } witness) json.WriteString("witness"u8, witness);
        else json.WriteNull("witness"u8);
        json.WriteEndObject();
    }

    private static bool ReadPoints(ref JsonInput json, int limit, out List<PublicKey> points)
    {
        points = [];
        if (!json.Array("Ys")) return false;
        while (json.Read() && json.Type != JsonTokenType.EndArray)
        {
            if (!json.TakePoint($"Ys[{points.Count}]", out var text)) return false;
            // One more than is taken is enough to answer 11014.
            if (points.Count > limit) continue;
            if (!text.TryGetPoint(out var point)) return json.Fail($"Ys[{points.Count}] is no point of the curve");
            points.Add(point.Compressed);
        }

        return json.Fault is null;
    }
}
