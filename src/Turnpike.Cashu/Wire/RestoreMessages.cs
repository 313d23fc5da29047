using System.Buffers;
using Turnpike.Cashu.Domain;
using Turnpike.Kernel;

namespace Turnpike.Cashu.Wire;

/// <summary><c>POST /v1/restore</c>: which of these outputs were signed, and the signatures.</summary>
/// <remarks>docs/specs/cashu.md 5.</remarks>
public static class RestoreMessages
{
    /// <summary>Reads <c>{"outputs":[…]}</c>; amounts may be any or missing.</summary>
    /// <param name="body">The body.</param>
    /// <param name="limits">What a request may take.</param>
    public static Result<IReadOnlyList<BlindedMessage>> Read(ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        var json = new JsonInput(body);
        IReadOnlyList<BlindedMessage>? outputs = null;
        if (!json.Object("The body")) return json.Error;
        while (json.NextMember())
        {
            var isRead = json.Named("outputs"u8) ? OutputJson.ReadList(ref json, limits, blank: true, out outputs) : json.Skip();
            if (!isRead) return json.Error;
        }

        if (!json.End()) return json.Error;
        if (outputs is null) return CashuErrors.Malformed("outputs are needed");
        return outputs.Count > limits.Outputs ? CashuErrors.TooManyOutputs(limits.Outputs) : Result.Ok(outputs);
    }

    /// <summary>Writes <c>{"outputs":[…],"signatures":[…]}</c>.</summary>
    /// <param name="output">Takes the body.</param>
    /// <param name="outputs">Those that were signed, in request order, with the amount and id that were signed.</param>
    /// <param name="signatures">Their signatures.</param>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<BlindedMessage> outputs, IReadOnlyList<BlindSignature> signatures)
    {
        using var to = new JsonOutput(output);
        to.Json.WriteStartObject();
        OutputJson.WriteList(to.Json, "outputs"u8, outputs);
        OutputJson.WriteSignatures(to.Json, "signatures"u8, signatures);
        to.Json.WriteEndObject();
    }
}
